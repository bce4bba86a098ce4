"""The content policy of a report page."""

from plimsoll.services.risk_api.entry import SECURITY_HEADERS
from plimsoll.services.risk_api.risk_runs.page_policy import page_policy

META = '<meta http-equiv="Content-Security-Policy" content="{}">'


def test_the_policy_of_the_page_counts() -> None:
    """What the page allows itself stands in the header, and nobody may frame it."""
    page = "<!doctype html><head>" + META.format("default-src 'none'; style-src 'sha256-x'")
    assert page_policy(page) == "default-src 'none'; style-src 'sha256-x'; frame-ancestors 'none'"


def test_a_page_without_a_policy_may_do_nothing() -> None:
    """Without a policy of its own a page gets that of all other answers."""
    assert page_policy("<!doctype html>") == SECURITY_HEADERS["Content-Security-Policy"]


def test_a_policy_further_down_is_text() -> None:
    """What stands below the head of the page comes from a user and does not count."""
    page = "<!doctype html>" + " " * 1000 + META.format("default-src *")
    assert "*" not in page_policy(page)
