"""Vouchers from the accounting department to a teller's box, and back again, step by step (IB 734-741, 1547-1559, 3446-3492, 3588-3609).

Every test works on numbers of its own. 702 is carried at 1.00 a sheet in one account per outlet.
"""

from __future__ import annotations

from tests.integration.vouchers.steps import (
    BRANCH,
    BUYER,
    OUTLET,
    at_outlet,
    books_agree,
    bought,
    counted,
    numbers,
    off_sheet,
    refused,
    vault,
    where,
)
from tests.support.bank import TestBank


async def test_the_whole_chain_moves_702_where_sheets_come_and_go(bank: TestBank) -> None:
    body, named = counted(50_000_001, 50_000_050), numbers(50_000_001, 50_000_050)
    purchase = await vault(bank, BUYER, "purchase", body)
    assert off_sheet(purchase) == [("900021070200001", "receive", "50.00", False)]
    assert purchase["entries"] == []
    issue = await vault(bank, BUYER, "issue", {**named, "to_outlet": "0200"})
    assert off_sheet(issue) == [("900021070200001", "pay", "50.00", False)]
    receive = await vault(bank, BRANCH, "receive", body)
    assert off_sheet(receive) == [("902001070200001", "receive", "50.00", False)]
    assert receive["result"] == {"kind": "CCKZ", "first": "50000001", "last": "50000050", "sheets": 50, "from_outlet": "0002"}
    await vault(bank, BRANCH, "issue", {**named, "to_outlet": "0201"})
    await vault(bank, OUTLET, "receive", body)
    out = await bank.run(OUTLET, "counter.voucher.take_out", counted(50_000_003, 50_000_009))
    assert out["off_sheet"] == [] and out["rule"] is None, "the outlet holds as many as before"
    assert await where(bank, 50_000_003) == ("stock", "0201", "00002")
    assert await where(bank, 50_000_010) == ("stock", "0201", "00000")


async def test_back_up_the_chain_every_step_is_undone_in_red(bank: TestBank) -> None:
    await at_outlet(bank, 50_001_001, 50_001_025)
    body, named = counted(50_001_001, 50_001_025), numbers(50_001_001, 50_001_025)
    await bank.run(OUTLET, "counter.voucher.take_out", body)
    await refused(bank, OUTLET, "undo_receive", named, "voucher.not_in_place")
    await bank.run(OUTLET, "counter.voucher.put_in", body)
    undone = await vault(bank, OUTLET, "undo_receive", named)
    assert off_sheet(undone) == [("902011070200001", "receive", "25.00", True)]
    await refused(bank, BRANCH, "undo_issue", {**named, "to_outlet": "0202"}, "voucher.not_in_place")
    undone = await vault(bank, BRANCH, "undo_issue", {**named, "to_outlet": "0201"})
    assert off_sheet(undone) == [("902001070200001", "pay", "25.00", True)]
    await vault(bank, BRANCH, "undo_receive", named)
    await vault(bank, BUYER, "undo_issue", {**named, "to_outlet": "0200"})
    undone = await vault(bank, BUYER, "undo_receive", named)
    assert off_sheet(undone) == [("900021070200001", "receive", "25.00", True)]
    assert await bank.sql("SELECT 1 FROM counter.voucher WHERE kind = 'CCKZ' AND number BETWEEN 50001001 AND 50001025") == []
    await bought(bank, 50_001_001, 50_001_025)


async def test_a_number_is_bought_once(bank: TestBank) -> None:
    await bought(bank, 50_002_026, 50_002_050)
    problem = await refused(bank, BUYER, "purchase", counted(50_002_001, 50_002_050), "voucher.exists")
    assert "50002026" in problem["detail"]
    assert await bank.sql("SELECT 1 FROM counter.voucher WHERE kind = 'CCKZ' AND number = 50002001") == []


async def test_cheques_move_in_whole_books(bank: TestBank) -> None:
    for first, last in ((50_003_001, 50_003_024), (50_003_002, 50_003_026), (50_003_026, 50_003_051)):
        await refused(bank, BUYER, "purchase", counted(first, last), "voucher.whole_books")
    await at_outlet(bank, 50_003_001, 50_003_050)
    await refused(bank, OUTLET, "undo_receive", numbers(50_003_001, 50_003_010), "voucher.whole_books")
    await vault(bank, OUTLET, "undo_receive", numbers(50_003_026, 50_003_050))
    await bought(bank, 50_003_002, 50_003_009, "CNFX")


async def test_what_is_received_is_exactly_what_was_issued(bank: TestBank) -> None:
    await bought(bank, 50_004_001, 50_004_100)
    await vault(bank, BUYER, "issue", {**numbers(50_004_001, 50_004_050), "to_outlet": "0200"})
    await vault(bank, BUYER, "issue", {**numbers(50_004_051, 50_004_100), "to_outlet": "0200"})
    problem = await refused(bank, BRANCH, "receive", counted(50_004_001, 50_004_025), "voucher.not_as_issued")
    assert "50004001" in problem["detail"] and "50004050" in problem["detail"]
    await refused(bank, BRANCH, "receive", counted(50_004_026, 50_004_050), "voucher.not_as_issued")
    await refused(bank, BRANCH, "receive", counted(50_004_001, 50_004_100), "voucher.not_as_issued")
    await refused(bank, BRANCH, "receive", {**counted(50_004_001, 50_004_050), "sheets": 49}, "voucher.sheets_differ")
    problem = await refused(bank, "K0301", "receive", counted(50_004_001, 50_004_050), "voucher.not_in_place")
    assert "50004001" in problem["detail"]
    await vault(bank, BUYER, "undo_issue", {**numbers(50_004_026, 50_004_050), "to_outlet": "0200"})
    await vault(bank, BRANCH, "receive", counted(50_004_001, 50_004_025))
    await vault(bank, BRANCH, "receive", counted(50_004_051, 50_004_100))


async def test_a_range_that_is_not_wholly_there_is_refused_whole(bank: TestBank) -> None:
    await at_outlet(bank, 50_005_001, 50_005_025, "CNFX")
    await bank.run(OUTLET, "counter.voucher.take_out", counted(50_005_011, 50_005_012, "CNFX"))
    problem = await refused(bank, OUTLET, "take_out", counted(50_005_001, 50_005_025, "CNFX"), "voucher.not_in_place", cash_box="own")
    assert "50005011" in problem["detail"] and "00002" in problem["detail"]
    problem = await refused(bank, OUTLET, "take_out", counted(50_005_020, 50_005_030, "CNFX"), "voucher.not_in_place", cash_box="own")
    assert "50005026" in problem["detail"]
    assert await where(bank, 50_005_001, "CNFX") == ("stock", "0201", "00000")
    assert await where(bank, 50_005_020, "CNFX") == ("stock", "0201", "00000")


async def test_who_may_do_what_where(bank: TestBank) -> None:
    body, named = counted(50_006_001, 50_006_025), numbers(50_006_001, 50_006_025)
    await refused(bank, "K0001", "purchase", body, "voucher.not_the_buyer")
    await refused(bank, BRANCH, "purchase", body, "right.missing")
    await refused(bank, BUYER, "receive", body, "voucher.nothing_above")
    await refused(bank, BUYER, "purchase", body, "voucher.vault_only", cash_box="own")
    await vault(bank, BUYER, "purchase", body)
    await refused(bank, BUYER, "issue", {**named, "to_outlet": "0201"}, "voucher.not_subordinate")
    await refused(bank, OUTLET, "issue", {**named, "to_outlet": "0202"}, "right.missing")
    await vault(bank, BUYER, "issue", {**named, "to_outlet": "0200"})
    await refused(bank, BRANCH, "receive", body, "voucher.vault_only", cash_box="own")
    await vault(bank, BRANCH, "receive", body)
    await refused(bank, BRANCH, "issue", {**named, "to_outlet": "0301"}, "voucher.not_subordinate")
    await refused(bank, BRANCH, "take_out", body, "counter.cash_box_required")
    await refused(bank, BRANCH, "take_out", body, "counter.box.is_vault", cash_box="00000")
    await refused(bank, BRANCH, "put_in", counted(50_006_001, 50_006_001), "voucher.not_in_place", cash_box="own")
    await refused(bank, BRANCH, "take_out", counted(50_006_001, 50_006_001, "XXXX"), "voucher.kind_unknown", cash_box="own")
    await refused(bank, BRANCH, "take_out", {**body, "last": "50006000"}, "voucher.range", cash_box="own")


async def test_from_box_to_box(bank: TestBank) -> None:
    await at_outlet(bank, 50_007_001, 50_007_010, "CNFX")
    await bank.run(OUTLET, "counter.voucher.take_out", counted(50_007_001, 50_007_010, "CNFX"))
    given = await bank.run(OUTLET, "counter.voucher.transfer", {**numbers(50_007_004, 50_007_006, "CNFX"), "to_box": "00001"})
    assert given["result"]["cash_box"] == "00002" and given["result"]["to_box"] == "00001" and given["off_sheet"] == []
    assert await where(bank, 50_007_005, "CNFX") == ("stock", "0201", "00001")
    again = {**numbers(50_007_004, 50_007_004, "CNFX"), "to_box": "00002"}
    await refused(bank, OUTLET, "transfer", again, "counter.box.same", cash_box="own")
    await refused(bank, OUTLET, "transfer", {**again, "to_box": "00001"}, "voucher.not_in_place", cash_box="own")
    await refused(bank, OUTLET, "transfer", {**again, "to_box": "00009"}, "counter.box.unknown", cash_box="own")
    await refused(bank, OUTLET, "transfer", {**again, "to_box": "00000"}, "counter.box.is_vault", cash_box="own")
    await bank.run("S0211", "counter.voucher.put_in", counted(50_007_004, 50_007_006, "CNFX"))


async def test_void_vouchers_of_the_vault(bank: TestBank) -> None:
    await at_outlet(bank, 50_008_001, 50_008_010, "CNFX")
    await bank.run(OUTLET, "counter.voucher.take_out", counted(50_008_001, 50_008_001, "CNFX"))
    await refused(bank, OUTLET, "void", numbers(50_008_002, 50_008_003, "CNFX"), "voucher.vault_only", cash_box="own")
    await refused(bank, OUTLET, "void", numbers(50_008_001, 50_008_003, "CNFX"), "voucher.not_in_place")
    voided = await vault(bank, OUTLET, "void", numbers(50_008_002, 50_008_003, "CNFX"))
    assert off_sheet(voided) == [("902011070200001", "pay", "2.00", False)]
    problem = await refused(bank, OUTLET, "void", numbers(50_008_003, 50_008_003, "CNFX"), "voucher.not_in_place")
    assert "已作废" in problem["detail"] or "void" in problem["detail"]


async def test_a_receipt_has_no_reversal(bank: TestBank) -> None:
    """Corrections leave vouchers as they are, so the sets that move them are undone by their own transactions (IB 2543)."""
    receipt = await vault(bank, BUYER, "purchase", counted(50_009_001, 50_009_025))
    await bank.settle()
    body = {"transaction_number": receipt["transaction_number"], "business_date": receipt["business_date"]}
    await bank.refuse(BUYER, "ledger.correct.reverse", body, "ledger.rule.not_reversible", second="K0029")


async def test_the_off_sheet_books_hold_what_the_outlets_hold(bank: TestBank) -> None:
    await books_agree(bank)


async def test_issue_and_receipt_belong_to_one_day(bank: TestBank) -> None:
    """The last test of this module: it ends the day."""
    await bought(bank, 50_010_001, 50_010_025)
    named = {**numbers(50_010_001, 50_010_025), "to_outlet": "0200"}
    await vault(bank, BUYER, "issue", named)
    assert (await bank.day_end())["state"] == "done"
    await refused(bank, BRANCH, "receive", counted(50_010_001, 50_010_025), "voucher.issue_out_of_date")
    await vault(bank, BUYER, "undo_issue", named)
    await vault(bank, BUYER, "issue", named)
    await vault(bank, BRANCH, "receive", counted(50_010_001, 50_010_025))
