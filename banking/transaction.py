"""How a counter transaction is declared: once, beside its use case. Route, form, menu, rights and preview come from the declaration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import BaseModel

from contracts.ledger import AccountReference, FreeLeg
from kernel.text import Text

if TYPE_CHECKING:
    from banking.principal import Principal
    from banking.work import Work
    from runtime.service import Resources

Dual = Literal["", "c", "a", "ca"]
"""Who else must agree: `c` a checker of any level, `a` an approver of level A, `ca` both."""

Cash = Literal["", "receives", "pays"]


@dataclass(frozen=True)
class Posting:
    """The fact a use case wants posted: rule, accounts by role, amounts by name."""

    rule: str
    currency: str
    accounts: dict[str, AccountReference] = field(default_factory=dict)
    amounts_minor: dict[str, int] = field(default_factory=dict)
    legs: tuple[FreeLeg, ...] = ()
    cash_box: str | None = None
    channel: str | None = None
    value_date: date | None = None
    voucher_type: str | None = None
    voucher_number: str | None = None
    summary: str = ""
    red: bool = False
    references: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a use case decided: the result the receipt shows, and the fact to post if there is one.

    `cash_minor` is cash, by currency, that the teller answers for without moving it; limits of this very transaction hold for it.
    `transfer_minor` is what the transaction sets going and the system posts later, by currency; limits hold for it as if it were posted.
    """

    result: dict[str, Any]
    posting: Posting | None = None
    cash_minor: Mapping[str, int] = field(default_factory=dict)
    transfer_minor: Mapping[str, int] = field(default_factory=dict)


UseCase = Callable[["Work", Any], Awaitable[Outcome]]


@dataclass(frozen=True)
class Transaction:
    """A counter transaction. `operators` are the letters of the tellers who may run it, `levels` their levels, `outlets` restricts it to
    departments (`centre` 0001, `city`, `branch`); `gated` ones need an open outlet and a teller who has not balanced; `two_phase` ones move
    accounts of another service; those with `resumes` post under the posting id that an earlier transaction holds money under
    (`banking.held`), which it finds for who asks by his form (a new id where there is none: the use case refuses then); ones that
    `settles` what other business made meet no limit of positions; `with_password_token` ones are all that a teller may run before he has
    changed his first password."""

    code: str
    name: Text
    menu: tuple[Text, ...]
    source: str
    form: type[BaseModel]
    run: UseCase
    operators: str = "SK"
    levels: str = "BC"
    dual: Dual = ""
    cash: Cash = ""
    outlets: Literal["", "centre", "city", "branch"] = ""
    gated: bool = True
    two_phase: bool = False
    resumes: Callable[[Resources, Principal, Any], Awaitable[UUID]] | None = None
    settles: bool = False
    with_password_token: bool = False

    def catalogue_entry(self) -> dict[str, Any]:
        """The declaration as pages and clients read it."""
        return {
            "code": self.code,
            "name": self.name.as_dict(),
            "menu": [text.as_dict() for text in self.menu],
            "source": self.source,
            "operators": self.operators,
            "levels": self.levels,
            "outlets": self.outlets,
            "dual": self.dual,
            "cash": self.cash,
            "schema": self.form.model_json_schema(),
        }


def transaction(*, code: str, name: Text, menu: tuple[Text, ...], source: str, **options: Any) -> Callable[[UseCase], Transaction]:
    """Declare the decorated use case `async def (work, form) -> Outcome` as a counter transaction; its form is the annotation of `form`."""

    def declare(run: UseCase) -> Transaction:
        return Transaction(code=code, name=name, menu=menu, source=source, form=form_of(run), run=run, **options)

    return declare


def form_of(run: Callable[..., Any]) -> type[BaseModel]:
    """The pydantic model that the second parameter of a use case is annotated with."""
    import inspect
    from typing import get_type_hints

    names = list(inspect.signature(run).parameters)
    hint = get_type_hints(run, include_extras=True, localns={"Work": object, "Read": object})[names[1]]
    if not (isinstance(hint, type) and issubclass(hint, BaseModel)):
        raise TypeError(f"{run.__qualname__}: the second parameter must be annotated with its form")
    return hint
