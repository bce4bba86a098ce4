"""Numbers as people and brokers write them: which sign is the decimal one, and what a cell is worth."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plimsoll.data.text import NO_NUMBER
from plimsoll.errors import DataError

__all__ = ["DecimalMark", "Number", "decide_decimal_marks", "decimal_evidence", "is_missing", "read_number"]

_HUGE = 1e15
_TINY = 1e-30
_LONGEST = 60
_NOT_FINITE = re.compile(r"[-+]?(nan|inf|infinity|∞)", re.IGNORECASE)
_SHAPE = re.compile(
    r"(?P<open>\()? ?(?P<lead>[-+]?) ?(?:[A-Z]{1,2}(?=\$))?(?P<before>[$€£¥₹₩₪]?) ?(?P<inner>[-+]?) ?"
    r"(?P<digits>[.,]?[0-9](?:[0-9.,' ]*[0-9])?[.,]?)(?P<exponent>[eE][-+]?[0-9]{1,3})?"
    r" ?(?P<percent>%?) ?(?P<after>[$€£¥₹₩₪]?) ?(?P<trail>-?) ?(?P<close>\))?"
)
_GROUPED = re.compile(
    r"[0-9]{1,3}(?P<mark>[.,' ])[0-9]{3}(?:(?P=mark)[0-9]{3})*"  # 1,234,567
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"  # 12,34,567 as in India
)
_ONE_WAY = str.maketrans({"\u2212": "-", "’": "'", "\u00a0": " ", "\u2009": " ", "\u202f": " "})
_OTHER = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class Number:
    """What a cell is worth.

    Parameters
    ----------
    value
        As written: ``25%`` is 25.
    percent
        Whether a percent sign follows.
    currency_sign
        Such as ``$``; empty where there is none.
    """

    value: float
    percent: bool = False
    currency_sign: str = ""


@dataclass(frozen=True, slots=True)
class DecimalMark:
    """The decimal sign of one column.

    Parameters
    ----------
    sign
        ``.`` or ``,``; empty where the column has both kinds, so that each number speaks for itself.
    guessed
        True where a number could be read both ways and nothing in the file tells which is meant.
    """

    sign: str
    guessed: bool = False


def is_missing(text: str) -> bool:
    """Tell whether a cell of a numeric column says that there is no number: empty, ``--``, ``N/A``."""
    return text.lower() in NO_NUMBER


def decimal_evidence(text: str) -> str:
    """Return what one cell says about the decimal sign.

    Returns
    -------
    str
        ``.`` or ``,`` where only that can be the decimal sign, ``?`` where a separator can be either
        (``1,234``), empty where the cell says nothing.

    Examples
    --------
    >>> [decimal_evidence(text) for text in ("1,234.5", "1.234,5", "12,5", "1,234,567", "1,234", "12")]
    ['.', ',', ',', '.', '?', '']
    """
    if "." not in text and "," not in text:
        return ""
    match = _match(text)
    return "" if match is None else _evidence(match["digits"], match["exponent"])


def decide_decimal_marks(columns: Mapping[str, Iterable[str]], *, fallback: str) -> dict[str, DecimalMark]:
    """Return the decimal sign of each column.

    Parameters
    ----------
    columns
        Cells of each numeric column, by its name.
    fallback
        The sign to take where nothing tells: ``.`` or ``,``.

    Returns
    -------
    dict
        A column's own evidence first, then that of the whole file if it is of one kind, then `fallback`.

    Examples
    --------
    >>> marks = decide_decimal_marks({"quantity": ["1,234"], "price": ["10.25"]}, fallback=",")
    >>> marks["quantity"]
    DecimalMark(sign='.', guessed=False)
    """
    evidence = {name: {decimal_evidence(cell) for cell in cells} for name, cells in columns.items()}
    in_file = {sign for found in evidence.values() for sign in found} & {".", ","}
    return {name: _decide(found, in_file, fallback) for name, found in evidence.items()}


def read_number(text: str, decimal_sign: str, *, column: str = "") -> Number:
    """Read a number.

    Parameters
    ----------
    text
        A cell: digits, grouped by comma, point, blank or apostrophe; a sign before or behind; parentheses
        for a negative number; a currency or percent sign; an exponent.
    decimal_sign
        ``.`` or ``,``; empty if the cell has to speak for itself.
    column
        Named in the error.

    Returns
    -------
    Number
        In size zero, or from 1e-30 to 1e15.

    Raises
    ------
    DataError
        If it is no such number.

    Examples
    --------
    >>> read_number("$65,081.84", ".").value, read_number("(1.234,50)", ",").value
    (65081.84, -1234.5)
    """
    shown = f"'{text[:30]}…'" if len(text) > 30 else f"'{text}'"
    if _NOT_FINITE.fullmatch(text):
        raise DataError(
            f"{shown} is not a number", column=column, remedy="Write a number, or leave the cell empty."
        )
    match = _match(text)
    sign = decimal_sign
    if match is not None and not sign:
        sign = _evidence(match["digits"], match["exponent"])
    if sign == "?":
        raise DataError(
            f"{shown} can be read in two ways, and the column mixes decimal points and decimal commas",
            column=column,
            remedy="Write it without thousands separators, and one decimal sign in the whole column.",
        )
    plain = None if match is None else _plain(match["digits"], sign or ".", match["exponent"])
    if match is None or plain is None:
        kind = {".": " with a decimal point", ",": " with a decimal comma"}.get(sign, "")
        raise DataError(
            f"{shown} cannot be read as a number{kind}", column=column, remedy="Write digits only."
        )
    value = float(plain)
    if value > _HUGE or (value < _TINY and re.search("[1-9]", match["digits"])):
        than = f"larger than {_HUGE:.0e}" if value > _HUGE else f"smaller than {_TINY:.0e}"
        raise DataError(
            f"{shown} is {than}, which is likely wrong", column=column, remedy="Check the number."
        )
    negative = bool(match["open"]) or "-" in (match["lead"], match["inner"], match["trail"])
    return Number(-value if negative else value, bool(match["percent"]), match["before"] or match["after"])


def _match(text: str) -> re.Match[str] | None:
    """Return the parts of a number, or None where the signs make no sense."""
    if len(text) > _LONGEST:
        return None
    match = _SHAPE.fullmatch(text.strip().translate(_ONE_WAY))
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [match[part] for part in ("open", "lead", "inner", "trail") if match[part]]
    return None if len(signs) > 1 or (match["before"] and match["after"]) else match


def _evidence(digits: str, exponent: str | None) -> str:
    marks = [character for character in digits if character in ".,"]
    if not marks:
        return ""
    last = marks[-1]
    sign = _OTHER[last] if len(marks) > 1 and set(marks) == {last} else last
    if _plain(digits, sign, exponent) is None:
        return ""
    other_way = _plain(digits, _OTHER[last], exponent) is not None
    return "?" if len(marks) == 1 and other_way and not digits.startswith("0") else sign


def _plain(digits: str, sign: str, exponent: str | None) -> str | None:
    """Return the digits as Python writes a number; None if this decimal sign does not suit them."""
    whole, _, fraction = digits.partition(sign)
    grouped = _GROUPED.fullmatch(whole) is not None
    if (grouped and exponent) or not (grouped or whole.isdigit() or not whole):
        return None
    if (fraction and not fraction.isdigit()) or not (whole or fraction):
        return None
    return f"{re.sub('[^0-9]', '', whole) or 0}.{fraction or 0}{exponent or ''}"


def _decide(found: set[str], in_file: set[str], fallback: str) -> DecimalMark:
    sure = found & {".", ","}
    if len(sure) == 2:
        return DecimalMark("")
    if len(sure) == 1:
        return DecimalMark(sure.pop())
    if len(in_file) == 1:
        return DecimalMark(next(iter(in_file)))
    return DecimalMark(fallback, guessed="?" in found)
