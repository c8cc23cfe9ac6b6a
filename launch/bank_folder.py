"""The folder of one bank: its secrets, its database cluster, its broker, and a note of what has been loaded."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from launch.catalogue import SERVICE_NAMES
from launch.provision.problems import SetUpProblem
from runtime.auth import make_key_pair

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT / "data"


@dataclass
class Secrets:
    """What only this bank knows. Kept in a file that its owner alone may read; never printed, never logged."""

    service_key: str
    token_private_key: str
    token_public_key: str
    role_passwords: dict[str, str]


class BankFolder:
    """`--data DIR`."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def broker(self) -> Path:
        return self.path / "rabbitmq"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def _secrets(self) -> Path:
        return self.path / "secrets.json"

    def is_bank(self) -> bool:
        """Whether a bank has been started here before."""
        return self._secrets.exists()

    def open(self) -> Secrets:
        """The bank's secrets, made on the first start. Raises SetUpProblem when the folder cannot be used."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not self.is_bank() and any(self.path.iterdir()):
                raise SetUpProblem(
                    f"{self.path} is not empty and holds no bank; choose an empty folder with --data.",
                    f"{self.path} 不是空目录，也不是已有的银行数据目录，请用 --data 另选。",
                )
            self.logs.mkdir(exist_ok=True)
            if not self.is_bank():
                self._write(_new_secrets())
            return Secrets(**json.loads(self._secrets.read_text(encoding="utf-8")))
        except PermissionError as problem:
            raise SetUpProblem(
                f"{self.path} cannot be written to; choose another folder with --data.", "数据目录不可写，请用 --data 另选。"
            ) from problem

    def _write(self, made: Secrets) -> None:
        part = self._secrets.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(made), file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._secrets)


def _new_secrets() -> Secrets:
    private, public = make_key_pair()
    return Secrets(secrets.token_urlsafe(32), private, public, {name: secrets.token_urlsafe(24) for name in SERVICE_NAMES})
