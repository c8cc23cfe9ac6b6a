"""The stock of a bank that is being set up: every step in the register and in the books, once."""

from __future__ import annotations

import pytest

from contracts.vouchers import VoucherClient, VouchersToLoad, VoucherSupply
from kernel.errors import DomainError
from launch.demo import load_demo, vouchers
from tests.integration.vouchers.steps import books_agree
from tests.support.bank import TestBank

SHEETS_OF_AN_OUTLET = 2200 + 600 + 2 * 250 + 2 * 300 + 250 + 21 * 30


async def test_the_demo_bank_has_stock_in_every_box_by_the_whole_chain(bank: TestBank) -> None:
    held = await bank.sql("SELECT outlet, count(*) AS sheets FROM counter.voucher GROUP BY outlet ORDER BY outlet")
    assert {row["sheets"] for row in held} == {SHEETS_OF_AN_OUTLET} and len(held) == 10
    boxes = await bank.sql("SELECT DISTINCT outlet, cash_box FROM counter.voucher WHERE state = 'stock'")
    assert len(boxes) == 10 * 3, "vault, savings box, corporate box"
    await books_agree(bank)
    sets = await bank.sql("SELECT rule, outlet, count(*) FROM ledger.posting_set WHERE rule LIKE 'counter.voucher%' GROUP BY 1, 2")
    steps = {(row["rule"], row["outlet"]): row["count"] for row in sets}
    assert steps["counter.voucher.purchase", "0002"] == 1
    assert steps["counter.voucher.issue", "0002"] == 4, "to 0001, 0100, 0200 and 0300"
    assert steps["counter.voucher.issue", "0200"] == 2 and steps["counter.voucher.receive", "0201"] == 1
    [row] = await bank.sql("SELECT sum(sheets) FROM counter.voucher_movement WHERE action = 'purchase'")
    assert row[0] == 10 * SHEETS_OF_AN_OUTLET
    ranges = await bank.sql("SELECT 1 FROM counter.voucher_movement WHERE action = 'issue' AND to_outlet = '0200' AND kind = 'passbook'")
    assert len(ranges) == 1, "a sub-branch gets one range of a kind"


async def test_loading_again_changes_nothing(bank: TestBank) -> None:
    before = await bank.sql("SELECT count(*), max(id) FROM counter.voucher_movement")
    await load_demo(bank.bank.transport)
    assert await bank.sql("SELECT count(*), max(id) FROM counter.voucher_movement") == before
    loaded = await VoucherClient(bank.bank.transport).load(VouchersToLoad(supplies=vouchers()))
    assert loaded.sets == 1 + 2 * 9


async def test_what_cannot_be_loaded_leaves_nothing(bank: TestBank) -> None:
    before = await bank.sql("SELECT count(*) FROM counter.voucher")
    good = {"outlet": "0201", "cash_box": "00002", "kind": "CCKZ", "first": "90000001", "last": "90000025"}
    refusals = (
        ({"first": "90000002"}, "voucher.whole_books"),
        ({"kind": "XXXX"}, "voucher.kind_unknown"),
        ({"cash_box": "00077"}, "counter.box.unknown"),
        ({"last": "90000000"}, "voucher.range"),
    )
    for change, code in refusals:
        with pytest.raises(DomainError) as refused:
            await VoucherClient(bank.bank.transport).load(VouchersToLoad(supplies=[VoucherSupply(**{**good, **change})]))
        assert refused.value.code == code
    assert await bank.sql("SELECT count(*) FROM counter.voucher") == before
