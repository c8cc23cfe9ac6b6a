"""Who may have a card or a book, and how far a book is printed: cases from the manual (IB 303-309, 403-406, 478-484, 868-870)."""

import pytest

from kernel.errors import DomainError
from services.customer.domain.changes import change_of, check_personal_change
from services.customer.domain.identity import CustomerKind, identities_against, identity_of
from services.customer.domain.instruments import Category, InstrumentKind, check_may_have, check_numbers, check_password, unprinted_lines

CARD, BOOK = InstrumentKind.CARD, InstrumentKind.BOOK
PERSON = {"kind": CustomerKind.PERSONAL, "name": "张三", "id_type": "A", "id_number": "11010519491231002X"}


def code_of(call: object, *given: object, **named: object) -> str | None:
    """The code a call is refused with."""
    try:
        call(*given, **named)  # type: ignore[operator]
    except DomainError as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("category", "held", "kind", "code"),
    [
        (Category.ORDINARY, (), BOOK, None),
        (Category.ORDINARY, (), CARD, "customer.instrument.ordinary_customer"),
        (Category.ORDINARY, (BOOK,), BOOK, "customer.instrument.held"),
        (Category.CARD, (), CARD, None),
        (Category.CARD, (CARD,), BOOK, None),
        (Category.CARD, (BOOK, CARD), CARD, "customer.instrument.held"),
    ],
)
def test_who_may_have_what(category: Category, held: tuple[InstrumentKind, ...], kind: InstrumentKind, code: str | None) -> None:
    assert code_of(check_may_have, category, held, kind) == code


def test_a_card_bears_its_customer_number() -> None:
    assert code_of(check_numbers, (BOOK, CARD), None) == "customer.number.missing_for_card"
    assert code_of(check_numbers, (BOOK,), None) is None
    assert code_of(check_numbers, (CARD,), "0000000018") is None


@pytest.mark.parametrize(
    ("line", "lines", "expected"),
    [
        ("000", 5, 5),
        ("003", 5, 2),
        ("005", 5, 0),
        ("006", 5, "customer.instrument.book_line_ahead"),
        ("3", 5, "customer.instrument.book_line_malformed"),
    ],
)
def test_what_counts_as_not_printed(line: str, lines: int, expected: int | str) -> None:
    refused = code_of(unprinted_lines, line, lines)
    assert (refused or unprinted_lines(line, lines)) == expected


@pytest.mark.parametrize("password", ["12345", "1234567", "12345a", "１２３４５６", ""])
def test_a_password_has_six_digits(password: str) -> None:
    assert code_of(check_password, password, "password") == "customer.instrument.password_malformed"


def test_an_ordinary_number_first_then_one_for_the_card_never_the_other_way_round() -> None:
    ordinary, card = identity_of(**PERSON), identity_of(**PERSON, category=Category.CARD)
    assert ordinary != card
    assert identities_against(**PERSON, category=Category.ORDINARY) == (ordinary, card)
    assert identities_against(**PERSON, category=Category.CARD) == (card,)
    assert identities_against(**(PERSON | {"id_type": "Z", "id_number": ""}), category=Category.ORDINARY) == ()


def test_only_what_differs_changes() -> None:
    change = change_of({"name": "张三", "phone": "1"}, {"name": "张三", "phone": "2", "fax": "3"})
    assert (change.before, change.after) == ({"phone": "1", "fax": None}, {"phone": "2", "fax": "3"})
    assert code_of(change_of, {"name": "张三"}, {"name": "张三"}) == "customer.maintain.nothing_changed"


@pytest.mark.parametrize(
    ("given", "at_department", "code"),
    [
        ({"phone": "2"}, False, None),
        ({"name": "李四"}, True, None),
        ({"name": "李四"}, False, "customer.maintain.at_department_only"),
        ({"id_type": "B", "id_number": "P1"}, False, "customer.maintain.at_department_only"),
        ({"name": "李四", "id_number": "P1"}, True, "customer.maintain.name_and_document"),
    ],
)
def test_name_and_document_of_a_person(given: dict[str, str], at_department: bool, code: str | None) -> None:
    assert code_of(check_personal_change, change_of({}, given), at_department=at_department) == code
