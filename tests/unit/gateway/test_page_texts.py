"""The pages say only what the texts hold, in both languages, and the texts hold nothing that no page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.pages.routes import HERE, SECURITY_HEADERS
from gateway.pages.terms import TERMS
from gateway.pages.text import TEXTS
from gateway.pages.values import VALUES

SCRIPTS = sorted((HERE / "static").glob("*.js"))
TEMPLATES = sorted((HERE / "templates").glob("*.html"))
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in [*SCRIPTS, *TEMPLATES])
FILLING = re.compile(r"\{(\w+)\}")


def test_every_text_a_page_asks_for_is_there() -> None:
    asked = set(re.findall(r"""\bt\(['"](\w+)['"]""", SOURCES)) | set(re.findall(r"texts\.(\w+)\.(?:zh|en)", SOURCES)) - {"bank"}
    assert asked - set(TEXTS) == set()
    assert len(asked) > 80


def test_no_text_is_left_over() -> None:
    words = set(re.findall(r"\w+", SOURCES))
    put_together = "state side act decision item result kind satisfaction company bank".split()  # noqa: SIM905
    made_up = (
        "run_",
        "group_",
        "segment_",
        "_information",
        "portal_clerk",
        "portal_supervisor",
        "recon_to_",
        "proof_",
        *(f"recon_{each}_" for each in put_together),
    )
    assert [key for key in TEXTS if key not in words and not any(part in key for part in made_up)] == []


@pytest.mark.parametrize("texts", [TEXTS, TERMS, VALUES], ids=["texts", "terms", "values"])
def test_every_text_is_in_both_languages_with_the_same_fillings(texts: dict) -> None:
    for key, text in texts.items():
        assert text.zh and text.en, key
        assert sorted(FILLING.findall(text.zh)) == sorted(FILLING.findall(text.en)), key
        assert re.search(r"[\u4e00-\u9fff]", text.zh), key
        assert not re.search(r"[\u4e00-\u9fff]", text.en), key


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_import_only_their_neighbours_and_put_no_markup_together(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for imported in re.findall(r"""(?:from|import) ['"]([^'"]+)['"]""", source):
        assert imported.startswith("./") and (path.parent / imported[2:]).exists(), imported
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source)


def test_the_policy_of_the_pages_forbids_inline_code() -> None:
    policy = dict(each.strip().split(" ", 1) for each in SECURITY_HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
