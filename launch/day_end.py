"""`./huitong day-end`: a day end from the command line, with a progress bar."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from typing import Any

import httpx

from launch.door import ask

BAR = 24
MARKS = {"done": "✓", "failed": "✗", "running": "…", "waiting": " "}


async def run_day_end(url: str, teller: str, password: str, through: date | None, force_close: bool) -> int:
    """Start the run and show it until it ends. Returns 0 when it is done, 1 when a step failed. Raises SetUpProblem for refusals."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        token = (await ask(client, "POST", "/api/sign-on", json={"teller": teller, "password": password}))["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        parameters = {"force_close": str(force_close).lower(), **({"through": through.isoformat()} if through else {})}
        run = (await ask(client, "POST", "/api/day-end", params=parameters))["run"]
        shown = 0
        while True:
            answer = await ask(client, "GET", f"/api/day-end/{run}")
            shown = _show(answer, shown)
            if answer["state"] != "running":
                return 0 if answer["state"] == "done" else 1
            await asyncio.sleep(0.3)


def _show(answer: dict[str, Any], shown: int) -> int:
    """Print the steps, over the lines of the last time on a terminal; returns how many lines were printed."""
    lines = [f"{answer['business_date']}  {answer['state']}"]
    for step in answer["steps"]:
        total = step.get("total") or 0
        part = step.get("done", 0) / total if total else float(step["state"] == "done")
        filled = round(BAR * min(part, 1))
        problem = f"  {step['problem']}" if step.get("problem") else ""
        bar = "#" * filled + "." * (BAR - filled)
        lines.append(f" {MARKS.get(step['state'], ' ')} {step['name']:<16} [{bar}] {step.get('done', 0)}/{total}{problem}")
    if sys.stdout.isatty():
        if shown:
            sys.stdout.write(f"\x1b[{shown}F\x1b[J")
        print("\n".join(lines), flush=True)
    elif answer["state"] != "running":
        print("\n".join(lines), flush=True)
    return len(lines)
