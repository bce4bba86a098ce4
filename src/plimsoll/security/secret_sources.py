"""Where secrets come from: a file, the environment, AWS Secrets Manager; they are read and never printed."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from plimsoll.errors import UnavailableError, UsageError

__all__ = ["PREFIX", "read_secret"]

PREFIX = "secret:"
"""What a value begins with that names a secret instead of being one."""

_MOST_BYTES = 64 * 1024
_REMEDY = "Write secret:file:<path>, secret:env:<NAME>, secret:aws:<name> or secret:aws:<name>#<field>."


def read_secret(value: str) -> str:
    """Return a secret: the value itself, or what it names.

    Parameters
    ----------
    value
        ``secret:file:<path>``: what is in a file, without the end of its last line.
        ``secret:env:<NAME>``: an environment variable.
        ``secret:aws:<name>``: the text of a secret in AWS Secrets Manager, or of one ``#field`` of its JSON.
        Whatever else: itself.

    Raises
    ------
    UsageError
        If there is no such source.
    UnavailableError
        If there is nothing, or it cannot be read. The message names the source; nothing of a secret is in it.

    Examples
    --------
    >>> read_secret("redis://127.0.0.1")
    'redis://127.0.0.1'
    """
    if not value.startswith(PREFIX):
        return value
    source, _, name = value.removeprefix(PREFIX).partition(":")
    read = _SOURCES.get(source)
    if read is None or not name:
        raise UsageError("a secret has no such source", remedy=_REMEDY)
    found = read(name)
    if not found:
        raise UnavailableError(f"the secret {source}:{name} is empty", remedy="Put something into it.")
    return found


def _from_file(name: str) -> str:
    try:
        with Path(name).expanduser().open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise UnavailableError(f"the secret file:{name} is too long")
        return content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise UnavailableError(f"the secret file:{name} is no text") from None
    except OSError as error:
        raise UnavailableError(f"the secret file:{name} cannot be read: {error.strerror}") from None


def _from_environment(name: str) -> str:
    return os.environ.get(name, "")


def _from_aws(name: str) -> str:
    from plimsoll.security.aws_client import aws_client, aws_error_code  # most secrets are not there

    name, _, field = name.partition("#")
    client = aws_client("secretsmanager")
    try:
        text: str = client.get_secret_value(SecretId=name).get("SecretString", "")
    except Exception as error:  # noqa: BLE001 - the classes are boto3's, and none of their texts is shown
        remedy = "Check its name, and secretsmanager:GetSecretValue of the role of this machine."
        raise UnavailableError(
            f"the secret aws:{name} cannot be read: {aws_error_code(error)}", remedy=remedy
        ) from None
    return _field(name, text, field) if field else text


def _field(name: str, text: str, field: str) -> str:
    try:
        document: Any = json.loads(text)
    except ValueError:
        document = None
    found = document.get(field) if isinstance(document, dict) else None
    if not isinstance(found, str):
        raise UnavailableError(f"the secret aws:{name} has no text {field} in its JSON")
    return found


_SOURCES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"aws": _from_aws, "env": _from_environment, "file": _from_file}
)
