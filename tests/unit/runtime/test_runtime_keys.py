"""Idempotency keys and identifiers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from runtime.idempotency import check_key, digest_of
from runtime.identifiers import derived_id, member_id, new_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize("key", ["a", "k" * 200, "550e8400-e29b-41d4-a716-446655440000", "~!"])
def test_a_key_of_visible_characters_is_taken(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize(
    ("key", "code"),
    [(None, "missing"), ("", "missing"), ("k" * 201, "malformed"), ("é", "malformed"), ("a\tb", "malformed"), ("a\x00", "malformed")],
)
def test_any_other_is_refused(key: str | None, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_key(key)
    assert refused.value.code == f"idempotency.key_{code}"


@given(body=st.dictionaries(st.text(), JSON, max_size=4))
def test_the_digest_of_a_body_does_not_depend_on_the_order_of_its_fields(body: dict[str, object]) -> None:
    assert digest_of("secret", body) == digest_of("secret", dict(reversed(body.items())))


@given(one=JSON, other=JSON)
def test_different_bodies_have_different_digests(one: object, other: object) -> None:
    import json

    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (digest_of("secret", one) == digest_of("secret", other)) is same


def test_half_a_character_has_a_digest_too() -> None:
    assert digest_of("secret", {"name": "\ud800"}) != digest_of("secret", {"name": "\udfff"})


def test_new_identifiers_come_in_order_and_are_uuids_of_version_7() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}
    milliseconds = [each.int >> 80 for each in made]
    assert milliseconds == sorted(milliseconds)


def test_derived_identifiers_come_out_the_same_and_do_not_run_together() -> None:
    assert derived_id("run", 1, "0201") == derived_id("run", "1", "0201")
    assert derived_id("a", "bc") != derived_id("ab", "c")


def test_members_follow_each_other_and_are_told_apart_from_those_of_another_whole() -> None:
    one, other = new_id(), new_id()
    members = [member_id(one, number) for number in range(300)]
    assert members == sorted(members) == [member_id(one, number) for number in range(300)]
    assert len({*members, *(member_id(other, number) for number in range(300))}) == 600
    assert {(each.version, each.variant, each.int >> 80) for each in members} == {(7, "specified in RFC 4122", one.int >> 80)}
    member_id(one, 2**24 - 1)
    for number in (-1, 2**24):
        with pytest.raises(ValueError):
            member_id(one, number)
