"""Where this machine takes Python packages from. The project names no address: the machine's own settings decide."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

# What pip calls a setting -> the variable uv reads it from, and what uv puts between several values. uv does not read pip's own.
NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
}
NO_INDEX = "no-index"
TRUE = ("1", "true", "yes", "on")


def uv_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables that make uv look where pip would look. The caller lets variables that are already set win.

    With several indexes uv would by default stop at the first that knows a name; here the lock's hashes decide which file is the
    right one, wherever it lies.
    """
    settings = _settings(variables)
    found = {"UV_SYSTEM_CERTS": "true", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    for name, (variable, separator) in NAMES.items():
        if settings.get(name):
            found[variable] = separator.join(settings[name].split())
    return found


def uv_options(variables: Mapping[str, str]) -> list[str]:
    """The same for what uv takes as an option only."""
    return ["--no-index"] if _settings(variables).get(NO_INDEX, "").lower() in TRUE else []


def _settings(variables: Mapping[str, str]) -> dict[str, str]:
    """pip's settings in pip's order: machine, person, the file named in PIP_CONFIG_FILE, the PIP_ variables."""
    settings: dict[str, str] = {}
    for path in _files(variables):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip will say so better
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update(parser.items(section))
    for name in (*NAMES, NO_INDEX):
        value = variables.get("PIP_" + name.upper().replace("-", "_"))
        if value:
            settings[name] = value
    return settings


def _files(variables: Mapping[str, str]) -> list[Path]:
    named = variables.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    home = Path(variables.get("HOME") or os.path.expanduser("~"))
    personal = Path(variables.get("XDG_CONFIG_HOME") or home / ".config")
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), home / ".pip" / "pip.conf", personal / "pip" / "pip.conf"]
    return files + ([Path(named)] if named else [])
