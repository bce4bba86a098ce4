"""Settings as the command line sees them: a bad one is the user's mistake, named with its place."""

import os
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING

from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.settings import Settings

__all__ = ["settings"]

_SECRETS = frozenset({"PLIMSOLL_CHANNEL_URL"})  # not settings: read by the one command that needs it


def settings() -> "Settings":
    """Return the settings in force.

    Raises
    ------
    UsageError
        If a file is not TOML or a value is refused.
    """
    from pydantic import ValidationError

    from plimsoll.settings import Settings, configuration_files

    known = {f"PLIMSOLL_{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(
        name for name in os.environ if name.startswith("PLIMSOLL_") and name not in known | _SECRETS
    )
    if unknown:
        raise UsageError(f"there is no setting {unknown[0]}", remedy=f"There are {', '.join(sorted(known))}.")
    try:
        return Settings()
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        files = " or ".join(str(file) for file in configuration_files() if file.exists())
        raise UsageError(f"{files} is not valid TOML: {error}") from error
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())
        remedy = "Look at plimsoll.toml and at environment variables that begin with PLIMSOLL_."
        raise UsageError(f"a setting is refused: {found}", remedy=remedy) from error
