"""客户号生成: a batch of customer numbers for the outlet's list (IB 356, 3863)."""

from __future__ import annotations

from typing import Literal

from banking.fields import Form, labelled
from banking.menus import ACCOUNT_OPENING, CORPORATE
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.customer.numbers import issue

LARGEST_BATCH = 500
CLASSES = tuple((str(digit), Text(f"{digit} 私人客户", f"{digit} persons")) for digit in range(4)) + tuple(
    (str(digit), Text(f"{digit} 公司客户", f"{digit} organisations")) for digit in range(4, 9)
)


class NumberIssue(Form):
    """How many numbers of which class."""

    class_digit: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8"] = labelled("类别", "Class", "4", widget="choice", choices=CLASSES)
    count: int = labelled("数量", "Count", ge=1, le=LARGEST_BATCH)


@transaction(
    code="customer.number.issue",
    name=Text("客户号生成", "Issue customer numbers"),
    menu=(CORPORATE, ACCOUNT_OPENING),
    source="IB 356, 3863",
)
async def issue_numbers(work: Work, form: NumberIssue) -> Outcome:
    """Give the outlet its next numbers; the result is the list to print. Raises `number.sequence_out_of_range`."""
    numbers = await issue(
        work.connection, int(form.class_digit), form.count, outlet=work.outlet, day=work.business_date, batch=work.posting_id
    )
    return Outcome(result={"count": len(numbers), "first": numbers[0], "last": numbers[-1], "numbers": numbers})
