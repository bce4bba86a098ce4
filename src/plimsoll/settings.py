"""One frozen tree of settings: environment over file over default; no default for any secret."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

__all__ = ["Settings", "configuration_files"]


def configuration_files() -> tuple[Path, ...]:
    """Return where settings are read from: the user's file, then the nearer one, which wins."""
    here = Path("plimsoll.toml")
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 - no error without a home
    return Path(home) / "plimsoll" / "plimsoll.toml", here


class Settings(BaseSettings):
    """What a report assumes when its options say nothing.

    Each field is also an environment variable, ``PLIMSOLL_BASE=EUR``, and a line of ``plimsoll.toml``.
    """

    model_config = SettingsConfigDict(env_prefix="PLIMSOLL_", frozen=True, extra="forbid")

    prices: str = Field(default="demo", min_length=1, description="File or directory of prices, or 'demo'")
    base: str = Field(default="USD", pattern="^[A-Z]{3}$", description="Reporting currency")
    confidence: float = Field(default=0.99, gt=0.5, lt=1.0, description="Confidence of VaR and ES")
    horizon: int = Field(default=1, ge=1, description="Horizon in trading days")
    days: int = Field(default=500, ge=2, description="Historical scenarios")

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
