"""`./huitong` on a copy of itself with a lock of one small package: set up, started again, interrupted, changed."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
ECHO = "import os, sys\nprint('ran', sys.argv[1:], os.getcwd(), 'PYTHONPATH' in os.environ, sys.prefix)\nsys.exit(3)\n"


def wheel(folder: Path, version: str) -> str:
    """Write a package `tiny` that holds its version. Gives back its entry in a lock."""
    folder.mkdir(exist_ok=True)
    path = folder / f"tiny-{version}-py3-none-any.whl"
    information = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny.py", f"version = {version!r}\n")
        archive.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
        archive.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{information}/RECORD", f"tiny.py,,\n{information}/METADATA,,\n{information}/WHEEL,,\n{information}/RECORD,,\n")
    return f"tiny=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Copy:
    """A project that is nothing but the front door."""

    def __init__(self, folder: Path, path: str) -> None:
        self.folder = folder
        self.wheels = folder.parent / "wheels"
        provision = folder / "launch" / "provision"
        shutil.copytree(ROOT / "launch" / "provision", provision, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "huitong", folder / "huitong")
        (folder / "launch" / "__init__.py").touch()
        (folder / "launch" / "__main__.py").write_text(ECHO)
        self.lock("1.0")
        self.variables = {"PATH": path, "HOME": str(folder.parent), "PIP_NO_INDEX": "true"}
        self.variables["PIP_FIND_LINKS"] = f"{self.wheels} {folder.parent}"

    def lock(self, version: str) -> None:
        entry = wheel(self.wheels, version)
        for name in ("requirements.lock", "requirements-dev.lock"):
            (self.folder / name).write_text(entry)

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "huitong", *arguments], cwd="/", env=self.variables | more, capture_output=True, text=True, check=False
        )

    def installed(self) -> str:
        python = self.folder / ".venv" / "bin" / "python"
        code = "import tiny, launch; print(tiny.version, launch.__file__)"
        return subprocess.run([python, "-I", "-c", code], cwd="/", capture_output=True, text=True, check=True).stdout.strip()


def path_with(folder: Path, **programs: str) -> str:
    """A PATH on which nothing but the system's tools and these programs are found."""
    folder.mkdir()
    for name in ("env", "sh", "dirname", "readlink", "test"):
        (folder / name).symlink_to(shutil.which(name))
    for name, program in programs.items():
        (folder / name).symlink_to(program)
    return str(folder)


BASE_PYTHON = os.path.realpath(sys._base_executable)
INSTALLERS = ["pip", pytest.param("uv", marks=pytest.mark.skipif(shutil.which("uv") is None, reason="this machine has no uv"))]


@pytest.fixture(params=INSTALLERS)
def copy(request, tmp_path) -> Copy:
    programs = {"python3": BASE_PYTHON}
    if request.param == "uv":
        programs["uv"] = shutil.which("uv", path=os.path.dirname(BASE_PYTHON)) or shutil.which("uv")
    return Copy(tmp_path / "a project", path_with(tmp_path / "path", **programs))


def test_a_fresh_machine_is_set_up_once_and_the_command_gets_its_arguments(copy):
    first = copy.run("up", "--data", "x y", PYTHONPATH="/nowhere", PYTHONHOME="/nowhere")
    assert first.returncode == 3, first.stderr
    assert first.stdout == f"ran ['up', '--data', 'x y'] / False {copy.folder / '.venv'}\n"
    assert "[1/3] Python packages: 1 installed" in first.stderr
    assert copy.installed() == f"1.0 {copy.folder / 'launch' / '__init__.py'}"
    second = copy.run("day-end", PATH=path_with(copy.folder / "empty"))
    assert (second.returncode, second.stderr) == (3, "")
    assert second.stdout.startswith("ran ['day-end']")


def test_a_changed_lock_is_followed_and_a_wrong_hash_is_refused(copy):
    copy.run("up")
    copy.lock("2.0")
    assert copy.run("up").returncode == 3
    assert copy.installed().startswith("2.0")
    copy.lock("3.0")
    (copy.folder / "requirements.lock").write_text(wheel(copy.wheels, "2.0").replace("2.0", "3.0"))
    refused = copy.run("up")
    assert refused.returncode == 2 and refused.stdout == ""
    assert "could not be installed" in refused.stderr and "Traceback" not in refused.stderr


def test_a_set_up_that_broke_off_is_done_anew(copy):
    copy.run("up")
    note = copy.folder / ".venv" / "huitong-note"
    note.write_text("unfinished 3.11\n")
    damaged = next((copy.folder / ".venv").glob("lib/python*/site-packages/tiny.py"))
    damaged.unlink()  # not written over: uv links the files of its cache
    damaged.write_text("half a fi")
    assert copy.run("up").returncode == 3
    assert copy.installed().startswith("1.0")


def test_a_killed_set_up_is_done_anew(copy):
    command = [copy.folder / "huitong", "up"]
    killed = subprocess.Popen(command, env=copy.variables, stderr=subprocess.PIPE, text=True, start_new_session=True)
    killed.stderr.readline()
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert copy.run("up").returncode == 3
    assert copy.installed().startswith("1.0")


def test_an_environment_made_by_hand_is_filled(copy):
    subprocess.run([BASE_PYTHON, "-m", "venv", copy.folder / ".venv"], check=True)
    mine = next((copy.folder / ".venv").glob("lib/python*/site-packages")) / "mine.py"
    mine.touch()
    assert copy.run("up").returncode == 3
    assert copy.installed().startswith("1.0") and mine.exists()


def test_help_costs_nothing_before_the_set_up(copy):
    shown = copy.run("--help")
    assert shown.returncode == 0 and "./huitong up" in shown.stdout
    assert not (copy.folder / ".venv").exists()


def test_an_environment_moved_with_its_project_runs_the_code_of_its_new_place(copy):
    copy.run("up")
    moved = copy.folder.rename(copy.folder.with_name("moved"))
    copy.folder = moved
    assert copy.run("up").stdout.startswith("ran ['up']")
    assert copy.installed() == f"1.0 {moved / 'launch' / '__init__.py'}"


def test_without_a_python_one_sentence_says_what_is_needed(tmp_path):
    copy = Copy(tmp_path / "project", path_with(tmp_path / "path"))
    refused = copy.run("up")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1 and "Python 3.11" in refused.stderr
