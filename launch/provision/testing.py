"""`./huitong test`: sets up what the tests need beyond Python packages, then runs every check of the project."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from launch.provision.browser import find_or_install_browser
from launch.provision.problems import EXIT_CODE, SetUpProblem
from launch.provision.progress import Step
from launch.provision.rabbitmq import find_or_install_rabbitmq

ROOT = Path(__file__).resolve().parents[2]
# What a marker of the tests needs, and the variable with which a person says that it is not there.
NEEDS: dict[str, tuple[str, str, Callable[[Step], Path]]] = {
    "broker": ("RabbitMQ", "HUITONG_SKIP_BROKER", find_or_install_rabbitmq),
    "browser": ("Chromium", "HUITONG_SKIP_BROWSER", find_or_install_browser),
}
HALVES = ("not (broker or browser or slow)", "(broker or browser or slow)")
"""A whole run is made in two processes of about the same length, each with servers of its own."""
PYTEST_OPTIONS = ["-p", "no:cacheprovider", "--durations=15", "--durations-min=0.5"]


def main(arguments: Sequence[str]) -> int:
    """Run ruff, import-linter and pytest with the arguments. Every check runs; the exit code is 0 only when all pass.

    Without arguments everything the tests need must be there, or be given up aloud with a variable; with arguments the person
    chose some tests, and those that lack something fail by themselves.
    """
    try:
        left_out = provide(must=not arguments)
    except SetUpProblem as problem:
        print(problem, file=sys.stderr)
        return EXIT_CODE
    return run_checks(arguments, left_out)


def provide(must: bool) -> list[str]:
    """Find or install what the markers need. Gives back the markers the person left out. Raises SetUpProblem for what is missing."""
    left_out = []
    for number, (marker, (title, variable, find)) in enumerate(NEEDS.items(), start=2):
        with Step(title, number=number, of=len(NEEDS) + 1) as step:
            if os.environ.get(variable) == "1":
                step.done(f"left out ({variable}=1)")
                left_out.append(marker)
                continue
            try:
                step.done(str(find(step)))
            except SetUpProblem as problem:
                if must:
                    raise SetUpProblem(f"{problem.en} Or leave those tests out with {variable}=1.", problem.zh) from problem
                step.done(problem.en)
    return left_out


def run_checks(arguments: Sequence[str], left_out: Sequence[str]) -> int:
    """Run the checks one after another, in the order of how fast they tell; a whole run of pytest in two processes side by side."""
    checks = {
        "ruff": ["-m", "ruff", "check", "."],
        "import-linter": ["-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"],
    }
    failed = []
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    print("== pytest", flush=True)
    first, *others = [[*_selection(half, left_out), *arguments] for half in ([""] if arguments else HALVES)]
    if not _pass_side_by_side(first, others):
        failed.append("pytest")
    print("== all checks pass" if not failed else f"== failed: {', '.join(failed)}")
    return 1 if failed else 0


def _selection(half: str, left_out: Sequence[str]) -> list[str]:
    """pytest's option for the tests of a half without those that are left out."""
    terms = [*([half] if half else []), *(f"not {marker}" for marker in left_out)]
    return ["-m", " and ".join(terms)] if terms else []


def _pass_side_by_side(first: list[str], others: Sequence[list[str]]) -> bool:
    """Run pytest with each list of arguments at the same time; what the later ones said is printed when they have ended."""
    command = [sys.executable, "-m", "pytest", *PYTEST_OPTIONS]
    with contextlib.ExitStack() as files:
        running = []
        for arguments in others:
            said = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            process = subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
            files.callback(process.terminate)
            running.append((process, said))
        passed = subprocess.run([*command, *first], cwd=ROOT, check=False).returncode == 0
        for process, said in running:
            passed = (process.wait() == 0) and passed
            said.seek(0)
            print("== pytest, beside it", said.read(), sep="\n", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
