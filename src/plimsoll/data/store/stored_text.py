"""Texts that PostgreSQL can keep."""

from plimsoll.errors import DataError

__all__ = ["storable"]


def storable(text: str) -> str:
    r"""Return the text as it is, if PostgreSQL can keep it.

    Raises
    ------
    DataError
        If it holds NUL or half a character (a lone surrogate).

    Examples
    --------
    >>> storable("Société Générale")
    'Société Générale'
    """
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise DataError("a text holds a character that cannot be stored", remedy="Take it out of the file.")
    return text
