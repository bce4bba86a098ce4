"""Files of pages."""

from plimsoll.services.risk_api import sessions, system
from plimsoll.services.risk_api.static_files import PAGE_POLICY, page_file, static_file


def test_a_page_may_use_its_own_scripts_and_nothing_else() -> None:
    """The policy of a page allows no inline script, no style and nothing from elsewhere."""
    page = page_file(sessions.__name__, "sign_in.html")
    assert page.headers["content-security-policy"] == PAGE_POLICY
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    html = bytes(page.body).decode()
    assert "<script>" not in html
    assert "style=" not in html
    assert "http" not in html


def test_a_file_has_its_type() -> None:
    """Scripts and styles are sent as what they are, for browsers guess nothing."""
    assert static_file(system.__name__, "page.css", "text/css").headers["content-type"].startswith("text/css")
