"""Problems the person at the terminal can solve."""

from __future__ import annotations

EXIT_CODE = 2


class SetUpProblem(Exception):
    """Something on this machine is missing or in the way. One sentence per language; command lines print it and end with EXIT_CODE."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(f"{en} {zh}".rstrip())
        self.en = en
        self.zh = zh
