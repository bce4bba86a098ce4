"""Telephone numbers and their countries."""

import pytest

from plimsoll.errors import UsageError
from plimsoll.security.phone_numbers import COUNTRIES, country_of, masked, normal_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 30 901820", "+4930901820"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("+44.20.7946.0000", "+442079460000"),
        (" +41 44 6681800 ", "+41446681800"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str) -> None:
    """Marks between the digits do not count."""
    assert normal_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "030901820", "0049 30 901820", "+0 30 901820", "+49", "+49" + "1" * 20, "+49 30 90182x",
     "+٤٩٣٠٩٠١٨٢٠", "++4930901820"],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed: str) -> None:
    """Without a country, too short, too long, or with anything but digits."""
    with pytest.raises(UsageError):
        normal_number(typed)


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4930901820", "DE"),
        ("+35314960000", "IE"),
        ("+85221234567", "HK"),
        ("+12125550123", "US"),
        ("+14165550123", "CA"),
        ("+447400123456", "GB"),
    ],
)
def test_a_number_has_a_country(number: str, country: str) -> None:
    """By its calling code, and in America by its area."""
    assert country_of(number) == country


@pytest.mark.parametrize(
    "number",
    ["+18095550123", "+18765550123", "+447012345678", "+447781123456", "+881612345678", "+882345678901",
     "+19005550123", "+2304012345", "+121255501234"],
)  # fmt: skip
def test_dear_and_unknown_places_are_no_country(number: str) -> None:
    """Islands under the code of a cheap country, satellites, personal numbers, and what we do not know."""
    assert country_of(number) is None


def test_codes_are_unambiguous() -> None:
    """No calling code begins with another one, but for the two countries that share theirs."""
    codes = sorted(code for country, code in COUNTRIES.items() if country != "CA")
    assert not [
        (one, two) for one in codes for two in codes if one != two and two.startswith(one) and one != "1"
    ]


def test_a_masked_number_tells_little() -> None:
    """The last two digits, and neither its length nor its country."""
    assert masked("+4930901820") == masked("+12125550120") == "•••• 20"
