"""The browser the tests of the pages run in: the machine's own Chromium, with a font that has Chinese characters."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from launch.provision import debian
from launch.provision.problems import SetUpProblem
from launch.provision.progress import Step

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PROGRAM = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
CHROMIUM_PACKAGE, FONT_PACKAGE = "chromium", "fonts-wqy-microhei"
FONT_FILE = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")


def find_browser() -> Path:
    """The browser's program. Raises SetUpProblem when there is none."""
    for name in PROGRAMS:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    if MAC_PROGRAM.exists():
        return MAC_PROGRAM
    raise SetUpProblem(f"A Chromium browser is missing: install it with: sudo apt-get install {CHROMIUM_PACKAGE}", "缺少 Chromium 浏览器。")


def has_chinese_font() -> bool:
    """Whether Chinese text would be drawn with characters instead of empty boxes."""
    if FONT_FILE.exists() or MAC_PROGRAM.exists():
        return True
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


def find_or_install_browser(step: Step) -> Path:
    """The browser's program, it and a Chinese font installed first where they are missing and this account may install."""
    missing = [] if has_chinese_font() else [FONT_PACKAGE]
    try:
        find_browser()
    except SetUpProblem:
        missing.insert(0, CHROMIUM_PACKAGE)
    if missing:
        debian.install(missing, "For the tests of the pages something", step)
    return find_browser()
