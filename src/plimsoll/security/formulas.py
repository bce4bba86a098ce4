"""Tables of text whose cells a spreadsheet would execute, made into tables that it only shows."""

import re

__all__ = ["without_formulas"]

# The start of a cell, and in it a sign that begins a formula; a number with a sign in front is none. What may
# stand between is bounded, so that no file takes longer than its length.
_FORMULA = re.compile(
    r"""
    ((?:\A|[,;|\t\r\n])[\x20]{0,8}"?)
    ([\x20\t\x00]{0,8}(?:[=@]|[+-](?!\.?\d[\d.'\u00a0\x20]*+(?:[eE][+-]?\d{1,3})?%?\x20?"?(?:[,;|\t\r\n]|\Z))))
    """,
    re.VERBOSE,
)


def without_formulas(table: str) -> str:
    r"""Return a table in which each cell that a spreadsheet would execute begins with an apostrophe.

    Parameters
    ----------
    table
        Of fields with commas, semicolons, bars or tabs between, whoever wrote it.

    Returns
    -------
    str
        The same text if there is no such cell. Numbers with a sign stay numbers. A sign behind a comma within
        quotation marks counts as the beginning of a cell: better one apostrophe too many.

    Examples
    --------
    >>> without_formulas("symbol,quantity\n=1+1,-5\n")
    "symbol,quantity\n'=1+1,-5\n"
    """
    return _FORMULA.sub(r"\1'\2", table)
