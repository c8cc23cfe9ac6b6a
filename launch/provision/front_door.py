"""What `./huitong` does once a Python runs it: packages first, then the command. Kept small, for it is loaded at every start."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence

from launch.provision import environment

PACKAGES_OF_TESTS = "requirements-dev.lock"
PACKAGES = "requirements.lock"


def main(root: str, arguments: Sequence[str], usage: str) -> int:
    """Set up the environment the command needs and run the command in it. Gives back an exit code, or does not come back."""
    lock = PACKAGES_OF_TESTS if arguments[:1] in (["test"], ["bench"]) else PACKAGES
    ready = environment.is_ready(root, lock)
    if not ready and (not arguments or arguments[0] in ("-h", "--help")):
        print(usage.strip())
        return 0
    if not ready:
        failure = _set_up(root, lock)
        if failure:
            return failure
    if not ready or not environment.is_current(root):
        python = environment.python_of(root)
        os.execv(python, [python, "-I", os.path.join(root, "huitong"), *arguments])
    return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    module = "launch"
    if arguments[:1] == ["test"]:
        module, arguments = "launch.provision.testing", arguments[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


def _set_up(root: str, lock: str) -> int:
    from launch.provision.problems import EXIT_CODE, SetUpProblem
    from launch.provision.setup import set_up

    try:
        set_up(root, lock)
    except SetUpProblem as problem:
        print(problem, file=sys.stderr)
        return EXIT_CODE
    except KeyboardInterrupt:
        print("Interrupted; the next start takes it up again. 已中断，下次启动时继续。", file=sys.stderr)
        return 130
    return 0
