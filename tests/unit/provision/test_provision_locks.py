"""The locks: what the front door relies on without looking."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def entries(lock: str) -> set[str]:
    """Every pin with its marker, such as `httpx==0.28.1` or `pywin32==311 ; sys_platform == 'win32'`."""
    return {line.removesuffix("\\").strip() for line in (ROOT / lock).read_text().splitlines() if re.match(r"[A-Za-z0-9]", line)}


def test_an_environment_for_the_tests_is_also_one_for_the_bank():
    assert entries("requirements.lock") and entries("requirements.lock") <= entries("requirements-dev.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_and_has_a_hash(lock):
    blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text())
    pinned = [block for block in blocks if re.match(r"[A-Za-z0-9]", block)]
    assert [block.splitlines()[0] for block in pinned if "==" not in block.splitlines()[0] or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_the_address_of_an_index(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text and "--index-url" not in text and "--extra-index-url" not in text and "--find-links" not in text
