"""The report as one call."""

import datetime as dt

import pytest

from plimsoll.errors import UsageError
from plimsoll.workflows.notebook import report
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.risk_report import risk_report
from small_book import book, share, small_market

BOOK = book(share("AAA", 10.0, sector="one"), share("BBB", 5.0, sector="two"))


def test_plain_options_mean_what_they_say() -> None:
    """Text for dates and methods, and a list of attributes, give the report of the typed request."""
    plain = report(
        BOOK,
        small_market(),
        method="parametric",
        as_of="2024-10-01",
        by=["sector"],
        confidence=0.975,
        decay=None,
    )
    typed = risk_report(
        BOOK,
        small_market(),
        ReportRequest(method=Method.PARAMETRIC, as_of=dt.date(2024, 10, 1), by=("sector",), confidence=0.975),
    )
    assert plain.run == typed.run
    assert plain.var == typed.var
    moment = dt.datetime(2024, 10, 1, 17, 30, tzinfo=dt.UTC)
    assert report(BOOK, small_market(), by="Sector", as_of=moment).as_of == dt.date(2024, 10, 1)
    assert report(BOOK, small_market(), by="sector", as_of=dt.date(2024, 10, 1)).nodes.keys() == {"sector"}


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"metod": "historical"}, "metod"),
        ({"method": "guess"}, "guess"),
        ({"as_of": "yesterday"}, "yesterday"),
        ({"by": 3}, "by=3"),
        ({"confidence": 99}, "confidence"),
        ({"confidence": "0.99"}, "not understood"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], hint: str) -> None:
    """An option that is unknown or unreadable is named."""
    with pytest.raises(UsageError, match=hint):
        report(BOOK, small_market(), **options)
