"""Whom an installation may call, and who looks at files that come in."""

import datetime as dt

import pytest

from plimsoll.workflows.outside_checks import egress_check, scanner_check

NOW = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)


def test_a_list_is_strong_and_none_is_weak() -> None:
    """An empty list is a list; of a long one the beginning is shown."""
    open_to_all = egress_check(None)
    assert (open_to_all.passed, "PLIMSOLL_EGRESS" in open_to_all.remedy) == (False, True)
    assert egress_check([]).passed
    check = egress_check(["a.com", "b.com", "c.com", "d.com", "e.com"])
    assert (check.passed, check.found.startswith("a.com, b.com, c.com and 2 more")) == (True, True)


@pytest.mark.parametrize(
    ("version", "problem", "passed", "found"),
    [
        (None, "", False, "none"),
        (None, "the virus scanner does not help: OSError", False, "does not help"),
        ("ClamAV 1.4.6", "", False, "without official signatures"),
        ("ClamAV 1.4.6/27800/Mon Jun 29 09:30:12 2026", "", True, "signatures of 2026-06-29"),
        ("ClamAV 1.0.9/27800/Tue Jun  2 09:30:12 2026", "", False, "signatures of 2026-06-02"),
    ],
)
def test_a_scanner_answers_and_knows_the_viruses_of_today(
    version: str | None, problem: str, passed: bool, found: str
) -> None:
    """None, one that is down, one that knows nothing and one that has stopped learning are weak."""
    check = scanner_check(version, problem, now=NOW)
    assert (check.passed, found in check.found, bool(check.remedy)) == (passed, True, True)
