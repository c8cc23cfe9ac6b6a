"""Arrays as text: only what needs no quoting."""

from __future__ import annotations

import pytest

from runtime.database import array_text


def test_identifiers_and_numbers_stand_beside_each_other() -> None:
    assert (
        array_text(["902011010100001", "6b1f0c1e-7d0c-5d3a-9a51-68756974f6e7"]) == "{902011010100001,6b1f0c1e-7d0c-5d3a-9a51-68756974f6e7}"
    )
    assert array_text(str(each) for each in (-5, 0, 7)) == "{-5,0,7}"
    assert array_text([]) == "{}"


@pytest.mark.parametrize("text", ["a,b", 'a"b', "a}b", "{a", "a\\b", "a b", ""])
def test_a_text_that_would_have_to_be_quoted_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        array_text([text])
    with pytest.raises(ValueError):
        array_text(["1", text, "2"])
