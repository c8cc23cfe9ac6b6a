"""The virtual environment beside the script, and the note in it that says which locks it holds."""

from __future__ import annotations

import hashlib
import os
import sys

READY = "ready"
UNFINISHED = "unfinished"


def folder_of(root: str) -> str:
    """The virtual environment of the project in `root`."""
    return os.path.join(root, ".venv")


def python_of(root: str) -> str:
    """The environment's Python."""
    return os.path.join(folder_of(root), "bin", "python")


def is_current(root: str) -> bool:
    """Whether this very process runs in the environment."""
    return os.path.realpath(sys.prefix) == os.path.realpath(folder_of(root))


def is_ready(root: str, lock: str) -> bool:
    """Whether the environment was made by this version of Python and holds exactly what the lock file asks for."""
    state, python, *held = read_note(root) or ("", "")
    return state == READY and fingerprint(root, lock) in held and _has_library(root, python)


def read_note(root: str) -> list[str]:
    """The words of the note: state, Python version, fingerprints of the locks installed. Empty when there is no note."""
    try:
        with open(_note(root), encoding="utf-8") as note:
            return note.read().split()
    except OSError:
        return []


def write_note(root: str, state: str, python: str, fingerprints: list[str]) -> None:
    """Replace the note; it appears whole or not at all."""
    path = _note(root)
    with open(path + ".new", "w", encoding="utf-8") as note:
        note.write(" ".join([state, python, *fingerprints]) + "\n")
        note.flush()
        os.fsync(note.fileno())
    os.replace(path + ".new", path)


def fingerprint(root: str, lock: str) -> str:
    """Name and content of a lock file in one word."""
    with open(os.path.join(root, lock), "rb") as file:
        return f"{lock}:{hashlib.sha256(file.read()).hexdigest()}"


def _note(root: str) -> str:
    return os.path.join(folder_of(root), "huitong-note")


def _has_library(root: str, python: str) -> bool:
    """A Python upgraded under the environment looks for its packages elsewhere."""
    if is_current(root) and python != f"{sys.version_info[0]}.{sys.version_info[1]}":
        return False
    return os.path.isdir(os.path.join(folder_of(root), "lib", f"python{python}", "site-packages"))
