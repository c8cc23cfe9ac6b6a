"""Controlled vouchers that a transaction uses: they leave the teller's box with the commit, by the counter's register.

The counter holds the numbers under the posting id, as an account owner holds a movement (`Work.move`). The sheets are carried off-sheet
in the posting set of the transaction itself (`PostingRequested.voucher_sheets`).
"""

from __future__ import annotations

from banking.transaction import Posting
from banking.work import CASH_BOX_REQUIRED, Work
from contracts.vouchers import HoldAction, VoucherClient, VoucherHold
from kernel.vouchers import SHEET_CURRENCY, SHEET_MINOR

USE_RULE, TAKE_BACK_RULE = "counter.voucher.use", "counter.voucher.take_back"


async def use_vouchers(
    work: Work, kind: str, first: str | None = None, last: str | None = None, *, field: str = "voucher_number", account: str | None = None
) -> tuple[str, str]:
    """Take the vouchers `first` to `last` (without `last`, the one; without `first`, the lowest of the kind) out of the teller's box, for
    good; first and last number. `account` is the account they are used for, `field` the form's field that a refusal names.

    Raises `counter.cash_box_required`, `counter.box.is_vault`, `voucher.kind_unknown`, `voucher.number.malformed`, `voucher.range`,
    `voucher.not_in_place`, `voucher.none_left`.
    """
    return await _hold(work, "use", kind, first, last, field, account)


async def sell_vouchers(work: Work, kind: str, first: str, last: str, *, account: str, field: str = "first") -> tuple[str, str]:
    """Take cheques out of the teller's box, into the hands of the customer; they go by the sheet (IB 3533). Raises as `use_vouchers`, and
    `voucher.cheques_only`."""
    return await _hold(work, "sell", kind, first, last, field, account)


async def take_back_vouchers(work: Work, kind: str, first: str, last: str, *, account: str, field: str = "first") -> tuple[str, str]:
    """Take cheques sold to the account, at this outlet, back into the teller's box. Raises as `sell_vouchers`."""
    return await _hold(work, "take_back", kind, first, last, field, account)


async def _hold(
    work: Work, action: HoldAction, kind: str, first: str | None, last: str | None, field: str, account: str | None
) -> tuple[str, str]:
    if work.principal.cash_box is None:
        raise CASH_BOX_REQUIRED()
    client = VoucherClient(work.resources.transport)
    if not work.dry_run and not work.voucher_holds:
        work.on_failure.append(lambda: client.void(work.posting_id))
        work.after_commit.append(lambda: client.post(work.posting_id, work.transaction_number))
    held = await client.hold(
        VoucherHold(
            posting_id=work.posting_id,
            line=work.voucher_holds,
            initiator=work.resources.name,
            transaction_code=work.code,
            action=action,
            kind=kind,
            first=first,
            last=last,
            outlet=work.outlet,
            cash_box=work.principal.cash_box,
            teller=work.principal.teller,
            business_date=work.business_date,
            account=account,
            field=field,
            dry_run=work.dry_run,
        )
    )
    work.voucher_holds += 1
    work.voucher_sheets += -held.sheets if action == "take_back" else held.sheets
    return held.first, held.last


def posting_with_vouchers(work: Work, posting: Posting | None) -> Posting | None:
    """The posting of a transaction; one that posts nothing else posts its vouchers, under a rule of their own."""
    if posting is not None or not work.voucher_sheets:
        return posting
    sheets, work.voucher_sheets = work.voucher_sheets, 0
    rule = USE_RULE if sheets > 0 else TAKE_BACK_RULE
    return Posting(rule, SHEET_CURRENCY, amounts_minor={"amount": abs(sheets) * SHEET_MINOR})
