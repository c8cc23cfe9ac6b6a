"""What every refusal at the door looks like."""

from __future__ import annotations

import httpx

from contracts.problem import PROBLEM_TYPE


def is_problem(answer: httpx.Response, code: str, status: int, field: str | None = None, language: str = "zh") -> None:
    """The answer is this problem, in this language and with the other at hand."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == PROBLEM_TYPE
    assert answer.headers["content-language"] == language
    problem = answer.json()
    assert problem["status"] == status and problem["type"] == f"urn:huitong:problem:{code}"
    assert problem.get("field") == field, problem
    assert problem["detail"] == problem["title"] == problem["message"][language]
    assert problem["message"]["zh"] and problem["message"]["en"] and problem["message"]["zh"] != problem["message"]["en"]
    assert ("www-authenticate" in answer.headers) == (status == 401)
