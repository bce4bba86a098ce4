"""The content policy of a report page: the one that it states itself, before any text of a user."""

import re

from plimsoll.services.risk_api.entry import SECURITY_HEADERS

__all__ = ["page_policy"]

_HEAD = 1000  # characters: the policy comes first, texts of the portfolio come later
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


def page_policy(page: str) -> str:
    """Return the content policy for the header: the page's own, and no frame around it.

    Parameters
    ----------
    page
        From `plimsoll.workflows.replay.report_page`.

    Returns
    -------
    str
        For a page that states none, the one of all other answers, which allows nothing.
    """
    found = _POLICY.search(page, 0, _HEAD)
    stated = SECURITY_HEADERS["Content-Security-Policy"] if found is None else found.group(1)
    return stated if "frame-ancestors" in stated else f"{stated}; frame-ancestors 'none'"
