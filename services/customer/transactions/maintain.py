"""信息维护: what is kept of customers is changed, with the approval of a manager, and every change is kept (IB 463, 1484, 2520, 3190)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, update
from sqlalchemy.exc import IntegrityError

from banking.fields import Form
from banking.menus import GENERAL, INFORMATION
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.customer import CustomerRenamed
from kernel.identity import read_resident_number
from kernel.numbers import CITY_BRANCH, branch_of, is_business_department
from kernel.text import Text
from services.customer.customers import COLUMNS, keep_history, lock, refuse_known
from services.customer.domain.changes import DOCUMENT_FIELDS, Change, change_of, check_personal_change
from services.customer.domain.errors import BORN_OTHERWISE, IDENTITY_CHANGING
from services.customer.domain.identity import RESIDENT_CARD, CustomerKind, check_document, identities_against, identity_of
from services.customer.domain.instruments import Category
from services.customer.forms import CorporateMaintenance, PersonalMaintenance
from services.customer.tables import CUSTOMER


@transaction(
    code="customer.personal.maintain",
    name=Text("私人客户维护", "Maintain a personal customer"),
    menu=(GENERAL, INFORMATION),
    source="IB 463, 1484",
    operators="S",
    dual="a",
)
async def maintain_personal(work: Work, form: PersonalMaintenance) -> Outcome:
    """Change what is kept of a person; the fields that changed.

    Raises `customer.unknown`, `customer.maintain.*`, `customer.exists`, `customer.id_*`, `identity.*`.
    """
    known = await lock(work, CustomerKind.PERSONAL, form.customer_number)
    given = _with_document(known, form)
    change = change_of(_flat(known), given)
    at_department = is_business_department(work.outlet) or branch_of(work.outlet) == CITY_BRANCH
    check_personal_change(change, at_department=at_department)
    _check_birth(_flat(known) | change.after)
    return await _save(work, known, change)


@transaction(
    code="customer.corporate.maintain",
    name=Text("公司客户维护", "Maintain a corporate customer"),
    menu=(GENERAL, INFORMATION),
    source="IB 2520, 3190",
    operators="K",
    dual="a",
)
async def maintain_corporate(work: Work, form: CorporateMaintenance) -> Outcome:
    """Change what is kept of an organisation, whichever outlet opened it; the fields that changed. Raises as `maintain_personal`."""
    known = await lock(work, CustomerKind.CORPORATE, form.customer_number)
    return await _save(work, known, change_of(_flat(known), _with_document(known, form)))


def _with_document(known: RowMapping, form: Form) -> dict[str, Any]:
    """What is given, the document in the form the bank keeps."""
    given = form.model_dump(mode="json", exclude={"customer_number"}, exclude_none=True)
    if DOCUMENT_FIELDS & given.keys():
        document = {name: known[name] for name in DOCUMENT_FIELDS} | given
        given["id_number"] = check_document(CustomerKind(known["kind"]), document["id_type"], document["id_number"])
    return given


def _flat(known: RowMapping) -> dict[str, Any]:
    return {name: known[name] for name in COLUMNS} | known["particulars"]


def _check_birth(person: dict[str, Any]) -> None:
    """A resident's date of birth is the one in the identity number. Raises `customer.maintain.born_otherwise`."""
    born_on = person.get("born_on")
    if person["id_type"] == RESIDENT_CARD and born_on and born_on != read_resident_number(person["id_number"]).born_on.isoformat():
        raise BORN_OTHERWISE(field="born_on")


async def _save(work: Work, known: RowMapping, change: Change) -> Outcome:
    number = known["customer_number"]
    values: dict[str, Any] = {name: value for name, value in change.after.items() if name in COLUMNS}
    particulars = known["particulars"] | {name: value for name, value in change.after.items() if name not in COLUMNS}
    if DOCUMENT_FIELDS & change.after.keys():
        values["identity"] = await _new_identity(work, known, values)
    await keep_history(work, number, change.before, change.after)
    changed = update(CUSTOMER).where(CUSTOMER.c.customer_number == number).values(**values, particulars=particulars)
    try:
        await work.connection.execute(changed)
    except IntegrityError as error:  # another transaction has just taken the same document
        raise IDENTITY_CHANGING(field="id_number") from error
    if "name" in values:
        await _tell(work, number, known["name"], values["name"])
    name = values.get("name", known["name"])
    return Outcome(result={"customer_number": number, "name": name, "before": change.before, "after": change.after})


async def _tell(work: Work, number: str, before: str, after: str) -> None:
    """Let the keepers of the customer's accounts know the new name."""
    renamed = CustomerRenamed(
        customer_number=number,
        before=before,
        after=after,
        business_date=work.business_date,
        posting_id=work.posting_id,
        code=work.code,
        teller=work.principal.teller,
        second=work.second.teller if work.second else None,
    )
    await work.publish(renamed)


async def _new_identity(work: Work, known: RowMapping, values: dict[str, Any]) -> str | None:
    """The key under the new document, which no other customer may have (IB 2522, 3194)."""
    of = {name: values.get(name, known[name]) for name in ("name", "id_type", "id_number")}
    kind, category = CustomerKind(known["kind"]), Category(known["category"])
    await refuse_known(work.connection, identities_against(kind, **of, category=category), but=known["customer_number"])
    return identity_of(kind, **of, category=category)
