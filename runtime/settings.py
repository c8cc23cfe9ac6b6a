"""Settings: the only place where the environment is read. Secrets come from here and are never logged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What one application process needs to know. Every name is an environment variable with the prefix `HUITONG_`."""

    model_config = SettingsConfigDict(env_prefix="HUITONG_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8000
    database_url: SecretStr = SecretStr("")
    broker_url: SecretStr | None = None
    service_urls: dict[str, str] = {}
    service_key: SecretStr = SecretStr("")
    token_private_key: SecretStr | None = None
    token_public_key: str = ""
    token_minutes: int = 30
    approval_minutes: int = 5
    pool_size: int = 10
    patience_seconds: float = Field(15.0, gt=0)
    """How long a request waits for a connection to the database, for the database, or for a lock before it is refused."""
    otlp_endpoint: str | None = None
    log_level: str = "WARNING"
    body_limit_bytes: int = 1024 * 1024
    relay_batch: int = 1000
    relay_idle_seconds: float = 1.0
    allow_force_close: bool = True
    day_end_patience_seconds: float = 30.0
    argon2_time_cost: int = 2
    argon2_memory_kib: int = 19456
    national_peer: Literal["none", "bus", "simulator"] = "none"
    """The central bank's front end: there is none; an adapter hears its queue; or the simulator plays it, which `up` starts."""
    national_peer_seed: int = 1
    national_peer_delay_seconds: float = Field(0.5, ge=0, le=60)
    national_peer_faults: float = Field(0.0, ge=0, le=0.9)
    national_peer_memory: str = ""
    """Of the simulator: its seed, the longest time it takes to answer, the share of what it says that it loses or says twice, and the file
    it remembers in over a restart."""
    sms_sender: Literal["none", "show", "http"] = "none"
    """Messages to customers' telephones: there is no way to send any; the operations page shows them (demo banks); a gateway takes them."""
    sms_url: str = ""
    sms_key: SecretStr = SecretStr("")
    portal_ticket_public_key: str = ""
    """Checks the tickets by which the online bank sends its customers to the reconciliation portal; empty where there is none."""
