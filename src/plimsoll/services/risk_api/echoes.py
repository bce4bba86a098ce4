"""Messages of errors without the words of the client: what was sent may be a secret, or markup."""

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["texts", "without_echo"]

_SHORTEST = 3
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_GAP = "…"


def without_echo(message: str, sent: frozenset[str]) -> str:
    """Return the message with a gap for all that is quoted in it and all that the client sent.

    Parameters
    ----------
    message
        Of an error; what it takes from an uploaded file it puts in quotation marks.
    sent
        Texts of the request; those shorter than three characters are left alone.

    Examples
    --------
    >>> without_echo("'hunter2' is no date of Crown Jewels", frozenset({"Crown Jewels"}))
    '… is no date of …'
    """
    message = _QUOTED.sub(_GAP, message)
    for text in sorted(sent, key=len, reverse=True):
        if len(text) >= _SHORTEST:
            message = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", _GAP, message)
    return message


def texts(document: Any) -> Iterator[str]:
    """Yield all texts of a JSON document, keys included."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
