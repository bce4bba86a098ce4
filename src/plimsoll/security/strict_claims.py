"""The claims of a token, read strictly: the usual libraries let repeated names and odd numbers pass."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NoReturn

__all__ = ["RefusedTokenError", "claims_of", "instant", "text"]

_LAST = 253_402_300_799  # 9999-12-31, where dates end


class RefusedTokenError(Exception):
    """A token that does not count; the reason is for logs and tests, never for whoever sent it."""


def claims_of(content: bytes) -> Mapping[str, Any]:
    """Return the claims in a JSON object without repeated names, fractions, NaN or Infinity.

    Raises
    ------
    RefusedTokenError
        If it is none.

    Examples
    --------
    >>> claims_of(b'{"sub":"ada"}')
    {'sub': 'ada'}
    """
    try:
        found = json.loads(
            content.decode(), object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise RefusedTokenError("json") from None
    if not isinstance(found, dict):
        raise RefusedTokenError("json")
    return found


def text(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that is a text.

    Raises
    ------
    RefusedTokenError
        If it is missing or none.
    """
    found = claims.get(name)
    if not isinstance(found, str) or not found:
        raise RefusedTokenError("claims")
    return found


def instant(claims: Mapping[str, Any], name: str) -> dt.datetime:
    """Return a claim that is a time, in whole seconds since 1970.

    Raises
    ------
    RefusedTokenError
        If it is missing, is no number (a text or true is none) or lies out of reach.
    """
    found = claims.get(name)
    if type(found) is not int or not 0 <= found <= _LAST:
        raise RefusedTokenError("claims")
    return dt.datetime.fromtimestamp(found, dt.UTC)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError
