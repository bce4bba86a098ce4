"""Telephone numbers (E.164), and the countries to which codes may be sent."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from plimsoll.errors import UsageError

__all__ = ["COUNTRIES", "country_of", "masked", "normal_number"]

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_MARKS = str.maketrans("", "", " -()./\u00a0")

COUNTRIES: Mapping[str, str] = MappingProxyType(
    {
        "AE": "971", "AR": "54", "AT": "43", "AU": "61", "BE": "32", "BG": "359", "BR": "55", "CA": "1",
        "CH": "41", "CL": "56", "CN": "86", "CO": "57", "CY": "357", "CZ": "420", "DE": "49", "DK": "45",
        "EE": "372", "ES": "34", "FI": "358", "FR": "33", "GB": "44", "GR": "30", "HK": "852", "HR": "385",
        "HU": "36", "ID": "62", "IE": "353", "IL": "972", "IN": "91", "IS": "354", "IT": "39", "JP": "81",
        "KR": "82", "LI": "423", "LT": "370", "LU": "352", "LV": "371", "MT": "356", "MX": "52", "MY": "60",
        "NL": "31", "NO": "47", "NZ": "64", "PE": "51", "PH": "63", "PL": "48", "PT": "351", "QA": "974",
        "RO": "40", "RS": "381", "SA": "966", "SE": "46", "SG": "65", "SI": "386", "SK": "421", "TH": "66",
        "TR": "90", "TW": "886", "UA": "380", "US": "1", "UY": "598", "VN": "84", "ZA": "27",
    }
)  # fmt: skip
"""Calling codes by country (ISO 3166); to others no code is sent, whatever a tenant allows."""

_CANADA = frozenset(
    {
        204, 226, 236, 249, 250, 257, 263, 289, 306, 343, 354, 365, 367, 368, 382, 403, 416, 418,
        428, 431, 437, 438, 450, 460, 468, 474, 506, 514, 519, 548, 579, 581, 584, 587, 604, 613,
        639, 647, 672, 683, 705, 709, 742, 753, 778, 780, 782, 807, 819, 825, 867, 873, 879, 902,
        905, 942,
    }
)  # fmt: skip
# Islands that share the code of the United States, and are dear: the way of those who earn by sent codes.
_OTHERS = frozenset(
    {
        242, 246, 264, 268, 284, 340, 345, 441, 473, 649, 658, 664, 670, 671, 684, 721, 758, 767,
        784, 787, 809, 829, 849, 868, 869, 876, 900, 939, 976,
    }
)  # fmt: skip
_BY_CODE = {code: country for country, code in COUNTRIES.items() if code != "1"}
# Channel islands, the Isle of Man, and personal or paging numbers.
_NOT_BRITISH = ("44148", "44153", "44162", "4470", "4476", "447781", "447839", "447911", "447797", "447829")


def normal_number(text: str) -> str:
    """Return a number as it is kept and called.

    Parameters
    ----------
    text
        With its country, as ``+49 30 901820``; spaces, dashes and brackets do not count.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> normal_number("+49 (30) 901-820")
    '+4930901820'
    """
    number = text.translate(_MARKS)
    if not _NUMBER.fullmatch(number):
        raise UsageError("this is no telephone number", remedy="Write it with its country, as +49 30 901820.")
    return number


def country_of(number: str) -> str | None:
    """Return the country of a number; None for one that is not in :data:`COUNTRIES`.

    Parameters
    ----------
    number
        From :func:`normal_number`.

    Examples
    --------
    >>> country_of("+4930901820"), country_of("+12125550123"), country_of("+18095550123")
    ('DE', 'US', None)
    """
    digits = number.removeprefix("+")
    if digits.startswith("1"):
        return _american(digits)
    if digits.startswith(_NOT_BRITISH):
        return None
    return next((_BY_CODE[digits[:n]] for n in (3, 2) if digits[:n] in _BY_CODE), None)


def masked(number: str) -> str:
    """Return as much of a number as its owner needs to know it.

    Examples
    --------
    >>> masked("+4930901820")
    '•••• 20'
    """
    return f"•••• {number[-2:]}"


def _american(digits: str) -> str | None:
    area = int(digits[1:4] or 0)
    if len(digits) != 11 or area in _OTHERS:
        return None
    return "CA" if area in _CANADA else "US"
