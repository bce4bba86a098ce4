"""One frozen tree of settings: environment over file over default; no default for any secret."""

import ipaddress
import os
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from plimsoll.security.egress import EGRESS_PATTERN

__all__ = ["Settings", "configuration_files", "default_data_dir"]


def configuration_files() -> tuple[Path, Path]:
    """Return where settings are read from: the user's file, then the nearer one, which wins."""
    return _home("XDG_CONFIG_HOME", "~/.config") / "plimsoll.toml", Path("plimsoll.toml")


def default_data_dir() -> Path:
    """Return where the platform keeps its data unless it is told another place."""
    return _home("XDG_DATA_HOME", "~/.local/share")


def _home(variable: str, usual: str) -> Path:
    # Path.home() raises where nobody has a home, as in a container with a number for a user.
    return Path(os.environ.get(variable) or os.path.expanduser(usual)) / "plimsoll"  # noqa: PTH111 - as said above


def _parts(said: Any) -> Any:
    return [part.strip() for part in said.split(",") if part.strip()] if isinstance(said, str) else said


def _network(said: str) -> str:
    return str(ipaddress.ip_network(said))


_Host = Annotated[
    str, StringConstraints(to_lower=True, pattern=r"^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]{1,253})$")
]
_Hosts = Annotated[tuple[_Host, ...], NoDecode, BeforeValidator(_parts)]
_Systems = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=EGRESS_PATTERN)], ...] | None,
    NoDecode,
    BeforeValidator(_parts),
]
_Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_parts)]


class Settings(BaseSettings):
    """What a command assumes when its options say nothing.

    Each field is also an environment variable, ``PLIMSOLL_BASE=EUR``, and a line of ``plimsoll.toml``.
    """

    model_config = SettingsConfigDict(env_prefix="PLIMSOLL_", frozen=True, extra="forbid")

    prices: str = Field(default="demo", min_length=1, description="File or directory of prices, or 'demo'")
    base: str = Field(default="USD", pattern="^[A-Z]{3}$", description="Reporting currency")
    confidence: float = Field(default=0.99, gt=0.5, lt=1.0, description="Confidence of VaR and ES")
    horizon: int = Field(default=1, ge=1, description="Horizon in trading days")
    days: int = Field(default=500, ge=2, description="Historical scenarios")
    data_dir: Path = Field(default_factory=default_data_dir, description="Where the platform keeps its data")
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL to use instead of one in the data directory"
    )
    database_iam: bool = Field(
        default=False, description="Whether each connection to it logs in by a token of AWS IAM, for RDS"
    )
    redis_url: SecretStr | None = Field(
        default=None, description="Redis, alone or a cluster, for a cache that several instances share"
    )
    rate_limit: float = Field(
        default=20_000.0, gt=0, description="Units a second that one user may ask for; a cheap read is one"
    )
    live_refresh_seconds: float = Field(
        default=0.1, ge=0.01, le=60.0, description="Least time between two updates of a live portfolio"
    )
    cache_megabytes: int = Field(default=64, ge=1, description="Memory that cached answers may take")
    four_eyes: bool | None = Field(
        default=None,
        description="Whether another than the proposer must approve a limit; by default where several can",
    )
    webhook_loopback: bool = Field(
        default=False, description="Whether webhooks may go to this machine, without TLS; for development"
    )
    egress: _Systems = Field(
        default=None,
        description="Hosts, with commas between, that may be called; by default every public one",
    )
    virus_scanner: str | None = Field(
        default=None,
        pattern=r"^(tcp|unix)://",
        description="Where clamd scans uploads: tcp://host:port or unix:///path",
    )
    hosts: _Hosts = Field(
        default=(), description="Names, with commas between, under which a proxy with TLS serves the platform"
    )
    proxies: _Networks = Field(
        default=(),
        description="Networks, as 127.0.0.1/32, of proxies whose X-Forwarded-For and -Proto are believed",
    )
    audit_bucket: str | None = Field(
        default=None, description="Bucket of S3 with Object Lock for checkpoints of the audit"
    )
    audit_days: int = Field(default=400, ge=1, description="For how long such a checkpoint is locked")
    kms: str = Field(
        default="local",
        pattern="^(local|aws:.+)$",
        description="Who holds the master key: 'local' for a file in the data directory, or 'aws:' and a key",
    )
    mail: str = Field(
        default="outbox",
        pattern="^(outbox|ses)$",
        description="What carries mail: a folder of the data directory, or Amazon SES",
    )
    mail_from: str = Field(
        default="plimsoll@localhost", pattern=r"^[^@\s]+@[^@\s]+$", description="From whom mail is"
    )
    sms: str = Field(
        default="outbox",
        pattern="^(outbox|aws|sns|twilio)$",
        description="What carries text messages: a folder, AWS End User Messaging, Amazon SNS, or Twilio",
    )
    sms_from: str = Field(
        default="",
        max_length=200,
        pattern=r"^[+A-Za-z0-9_:/.-]*$",
        description="From whom they are: a number, sender id, pool or messaging service of the provider",
    )
    twilio_account: str = Field(
        default="", max_length=64, pattern="^[A-Za-z0-9_]*$", description="SID of the account at Twilio"
    )
    twilio_token: SecretStr | None = Field(
        default=None, description="Where its auth token is: secret:file:, secret:env: or secret:aws:"
    )
    unverified_tls: bool = Field(
        default=False,
        description="Whether PostgreSQL and Redis elsewhere may be reached without checking certificates",
    )
    tls_cert: Path | None = Field(
        default=None, description="PEM file with the certificate with which plimsoll up speaks TLS"
    )
    tls_key: Path | None = Field(default=None, description="PEM file with its key")
    tls_port: int = Field(default=8443, ge=1, le=65535, description="Port of TLS")
    tls_listen: IPv4Address = Field(
        default=IPv4Address("127.0.0.1"), description="Address of TLS; 0.0.0.0 for all of this machine"
    )
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the risk API")
    metrics_port: int = Field(default=8001, ge=1, le=65535, description="Port of the Prometheus metrics")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings passes it by this name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment above the files and the files above the defaults."""
        files = TomlConfigSettingsSource(settings_cls, toml_file=configuration_files())
        return init_settings, env_settings, files
