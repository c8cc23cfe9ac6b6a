"""The pure parts of the portal: rates, codes, pictures, sounds, nicknames, sessions, notices, what an operator may."""

from __future__ import annotations

import re
import struct
import zlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from uuid import UUID

import pytest

from kernel.errors import DomainError
from services.reconciliation.domain.portal_acts import ACTS, act_name
from services.reconciliation.domain.portal_messages import MESSAGES, SIGN_ON_CODE, message_of
from services.reconciliation.domain.portal_nicknames import check_nickname
from services.reconciliation.domain.portal_notices import check_dates, state_of
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.portal_sessions import is_over
from services.reconciliation.domain.portal_sign_on import CODE_RATES, Rate, address_group, code_of, is_user_name, name_key, picture_of
from services.reconciliation.portal.drawing import HEIGHT, WIDTH, draw
from services.reconciliation.portal.sign_on import masked
from services.reconciliation.portal.sounding import GAP, LOUD, PAUSE, TONE, sound

TRY = UUID(int=7)
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "begins"),
    [
        (NOON, NOON),
        (NOON + timedelta(minutes=9, seconds=59), NOON),
        (NOON + timedelta(minutes=10), NOON + timedelta(minutes=10)),
        (NOON - timedelta(microseconds=1), NOON - timedelta(minutes=10)),
    ],
)
def test_a_window_begins_on_the_clocks_full_multiples(moment: datetime, begins: datetime) -> None:
    assert Rate("x", 1, timedelta(minutes=10)).window_of(moment) == begins


def test_a_person_gets_few_enough_codes() -> None:
    """Five guesses at each of a day's codes must stay a small chance: 30 x 5 of a million."""
    a_day = next(rate for rate in CODE_RATES if rate.window == timedelta(days=1))
    assert a_day.most * 5 / 10**6 <= 0.00015


def test_codes_are_six_digits_that_differ_by_try_number_and_key() -> None:
    codes = {code_of(key, try_id, number) for key in (b"a", b"b") for try_id in (TRY, UUID(int=8)) for number in (1, 2)}
    assert len(codes) == 8 and all(len(code) == 6 and code.isdecimal() for code in codes)
    assert code_of(b"a", TRY, 1) == code_of(b"a", TRY, 1)
    firsts = Counter(code_of(b"a", UUID(int=number), 1)[0] for number in range(2000))
    assert set(firsts) == set("0123456789") and max(firsts.values()) < 300


def test_pictures_have_five_digits_from_one_to_nine() -> None:
    digits = "".join(picture_of(b"a", UUID(int=number), 1)[0] for number in range(400))
    assert len(digits) == 2000 and set(digits) == set("123456789")
    assert picture_of(b"a", TRY, 1) != picture_of(b"a", TRY, 2)


def test_a_picture_is_dots_that_the_same_seed_draws_again() -> None:
    drawn = draw("12345", b"seed")
    assert drawn == draw("12345", b"seed") and drawn not in (draw("12345", b"other"), draw("12346", b"seed"))
    assert struct.unpack(">II", drawn[16:24]) == (WIDTH, HEIGHT)
    start = drawn.index(b"IDAT")
    [length] = struct.unpack(">I", drawn[start - 4 : start])
    dots = zlib.decompress(drawn[start + 4 : start + 4 + length])
    assert len(dots) == HEIGHT * (WIDTH + 1)
    ink = sum(1 for dot in dots if dot < 100)
    assert 400 < ink < len(dots) / 4  # there is something to read, and paper to read it on


@pytest.mark.parametrize("digits", ["12345", "98761", "11111", "99999"])
def test_who_counts_the_tones_hears_the_digits(digits: str) -> None:
    heard = sound(digits, b"seed")
    samples = struct.unpack(f"<{(len(heard) - 44) // 2}h", heard[44:])
    step = 100
    loud = [max(map(abs, samples[at : at + step])) > LOUD // 2 for at in range(0, len(samples), step)]
    runs = [(on, len(list(run)) * step) for on, run in groupby(loud)]
    told, tones = "", 0
    for on, length in runs:
        if on:
            assert length <= TONE
            tones += 1
        elif length > (GAP + PAUSE) // 2 and tones:
            told, tones = told + str(tones), 0
    assert told == digits


@pytest.mark.parametrize("nickname", ["钱会计", "Qian_01", "a1", "ＱＩＡＮ", "1234a"])
def test_nicknames_that_fit(nickname: str) -> None:
    assert check_nickname(f" {nickname} ") == {"ＱＩＡＮ": "QIAN"}.get(nickname, nickname)


@pytest.mark.parametrize(
    "nickname", ["", "a", "1" * 13, "４０００００００１０００１", "٠١٢٣", "a b", "a-b", "a\u200bb", "x" * 21, "㍿" * 6]
)
def test_nicknames_that_do_not(nickname: str) -> None:
    with pytest.raises(DomainError) as refusal:
        check_nickname(nickname)
    assert refusal.value.code == "portal.nickname.unfit"


@pytest.mark.parametrize(
    ("address", "group"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("unknown", "unknown"), ("x" * 80, "x" * 64)],
)
def test_addresses_are_counted_by_who_can_have_them(address: str, group: str) -> None:
    assert address_group(address) == group


def test_names_are_compared_in_one_form() -> None:
    assert name_key(" ＱＩＡＮ０１ ") == name_key("qian01")
    assert is_user_name("4000000010001") and not is_user_name("400000001000") and not is_user_name("40000000100011")
    assert not is_user_name("٤٠٠٠٠٠٠٠١٠٠٠١") and not is_user_name("400000001000a")


@pytest.mark.parametrize(
    ("begun", "seen", "over"),
    [(0, 0, False), (14, 14, False), (15, 15, True), (60, 14, False), (479, 1, False), (480, 0, True)],
)
def test_a_session_ends_when_it_idles_and_after_a_working_day(begun: int, seen: int, over: bool) -> None:
    assert is_over(NOON - timedelta(minutes=begun), NOON - timedelta(minutes=seen), NOON) is over


@pytest.mark.parametrize(
    ("first", "last", "withdrawn", "state"),
    [
        (1, 1, None, "shown"),
        (2, 3, None, "announced"),
        (1, 3, None, "shown"),
        (0, 0, None, "over"),
        (1, 3, 1, "taken_down"),
        (0, 0, 0, "taken_down"),
    ],
)
def test_notices_are_shown_on_their_dates_unless_withdrawn(first: int, last: int, withdrawn: int | None, state: str) -> None:
    days = [date(2005, 8, 31) + timedelta(days=count) for count in range(4)]
    assert state_of(days[first], days[last], None if withdrawn is None else days[withdrawn], days[1]) == state


def test_a_notice_that_nobody_would_see_is_refused() -> None:
    today = date(2005, 9, 1)
    check_dates(today, today, today)
    for first, last in ((date(2005, 9, 3), date(2005, 9, 2)), (date(2005, 8, 1), date(2005, 8, 31))):
        with pytest.raises(DomainError) as refusal:
            check_dates(first, last, today)
        assert (refusal.value.code, refusal.value.field) == ("portal.notice.dates", "valid_until")


def test_an_operator_does_what_his_role_and_his_accounts_allow() -> None:
    clerk = Operator("4000000010", "001", "clerk", "钱会计", frozenset({"400000001001011"}))
    clerk.require_role("clerk")
    clerk.require_account("400000001001011")
    for denied, code in (
        (lambda: clerk.require_role("supervisor"), "portal.role"),
        (lambda: clerk.require_account("x"), "portal.account_outside"),
    ):
        with pytest.raises(DomainError) as refusal:
            denied()
        assert refusal.value.code == code
    assert clerk.user_name == "4000000010001"


def test_a_telephone_is_shown_by_its_last_digits() -> None:
    assert masked("13800001234") == "*******1234"


def test_messages_say_what_they_must() -> None:
    assert "078187" in message_of(SIGN_ON_CODE, {"code": "078187"})
    assert "4000000010001" in message_of("phone_bound", {"role": "对账员", "user_name": "4000000010001"})
    assert all(text.startswith("【汇通银行】") for text in MESSAGES.values())


def test_every_act_that_is_logged_has_its_name() -> None:
    """Whatever stands as the code of an act where one is written down, and the transactions that log themselves by their code."""
    root = Path(__file__).parents[3] / "services" / "reconciliation"
    logged: set[str] = set()
    for path in [*root.glob("portal/*.py"), *root.glob("statements/*.py"), *root.glob("matching/*.py"), *root.glob("transactions/*.py")]:
        source = path.read_text(encoding="utf-8")
        if re.search(r"\blog_(act|bank_act|nameless)\(", source):
            logged |= {text for text in re.findall(r'"(recon\.[a-z_.]+)"', source) if not text.endswith(".")}
    logged -= {"recon.operator.bind", "recon.notice.publish"}  # transactions that log what they did by another name
    assert {"recon.portal.sign_on", "recon.notice.published", "recon.statement.fetch"} <= logged
    assert logged - set(ACTS) == set()
    assert act_name("lost").en == "lost"
