"""Whether a certificate is good for those who come by the internet."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from plimsoll.security.certificates import CertificateFindings
from plimsoll.workflows.certificate_check import certificate_check

NOW = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SOUND = CertificateFindings(NOW - DAY, NOW + 60 * DAY, (), is_public=True, weakness="")


def test_a_sound_one_passes() -> None:
    """It says for how long."""
    check = certificate_check(SOUND, now=NOW)
    assert (check.passed, check.remedy) == (True, "")
    assert check.found == "by a certificate of its own, trusted by everybody, good for 60 days"


@pytest.mark.parametrize(
    ("change", "found", "remedy"),
    [
        ({"ends_at": NOW + 13 * DAY}, "good for 13 days", "Renew it"),
        ({"ends_at": NOW - DAY, "begins_at": NOW - 9 * DAY}, "over since 2026-06-29", "Renew it"),
        ({"begins_at": NOW + DAY}, "valid from 2026-07-01 on", "clock"),
        ({"unnamed": ("risk.example.com",)}, "not for risk.example.com", "every name"),
        ({"weakness": "RSA with 1024 bits"}, "RSA with 1024 bits", "new key"),
        ({"is_public": False}, "made by nobody whom everybody trusts", "public authority"),
    ],
)
def test_each_flaw_is_named_with_its_remedy(change: dict[str, Any], found: str, remedy: str) -> None:
    """Ending soon, over, not yet begun, for other names, weak, or of an authority that nobody knows."""
    check = certificate_check(replace(SOUND, **change), now=NOW)
    assert not check.passed
    assert found in check.found
    assert remedy in check.remedy
