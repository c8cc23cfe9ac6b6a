"""Asking a running bank at its door, for commands: what it refuses is said to the person in front of the screen."""

from __future__ import annotations

from typing import Any

import httpx

from launch.provision.problems import SetUpProblem


async def ask(client: httpx.AsyncClient, method: str, path: str, **content: Any) -> Any:
    """What the bank answers. Raises SetUpProblem where nobody answers, and for refusals."""
    try:
        answer = await client.request(method, path, **content)
    except httpx.TransportError as error:
        raise SetUpProblem(
            f"No bank answers at {client.base_url}; start it with ./huitong up.", "无法连接，请先运行 ./huitong up。"
        ) from error
    if answer.status_code >= 400:
        problem = answer.json()
        message = problem.get("message", {})
        raise SetUpProblem(message.get("en", problem.get("detail", "refused")), message.get("zh", ""))
    return answer.json()
