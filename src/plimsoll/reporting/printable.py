"""Text from outside made safe to print: no control code may steer a terminal, a page or a file."""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

__all__ = ["printable", "printable_text"]

_Anything = TypeVar("_Anything")

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable_text(text: str) -> str:
    r"""Return `text` on one line, without control, direction or surrogate characters.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        White space becomes a space, whatever else cannot be printed U+FFFD.

    Examples
    --------
    >>> printable_text("a\tb\x1b[31m")
    'a b�[31m'
    """
    if text.isprintable():
        return text
    return "".join(_printable_character(character) for character in text)


def _printable_character(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return " " if character.isspace() else _REPLACEMENT


def printable(thing: _Anything) -> _Anything:
    r"""Return a report, or any part of it, with every text in it passed through :func:`printable_text`.

    Parameters
    ----------
    thing
        Text, tuple, mapping, dataclass, or anything else, which is returned as it is.

    Returns
    -------
    object
        Of the same type; mappings become plain dictionaries in the same order.

    Examples
    --------
    >>> printable(("a\nb", 1.0))
    ('a b', 1.0)
    """
    return cast("_Anything", _printable(thing))


def _printable(thing: Any) -> Any:
    if isinstance(thing, str):
        return printable_text(thing)
    if isinstance(thing, tuple):
        return tuple(_printable(part) for part in thing)
    if isinstance(thing, Mapping):
        return {_printable(key): _printable(value) for key, value in thing.items()}
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(
            thing, **{field.name: _printable(getattr(thing, field.name)) for field in fields(thing)}
        )
    return thing
