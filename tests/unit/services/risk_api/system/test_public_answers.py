"""Answers that need nothing."""

from plimsoll.services.risk_api.shipped_document import shipped_document
from plimsoll.services.risk_api.static_files import PAGE_POLICY
from plimsoll.services.risk_api.system import public_answers


def test_health_says_no_more_than_yes_or_no() -> None:
    """The status is for machines, the word for people."""
    well, ill = public_answers.health(True), public_answers.health(False)
    assert (well.status_code, well.body) == (200, b"ok\n")
    assert (ill.status_code, ill.body) == (503, b"not ready\n")


def test_the_page_has_its_policy_and_its_parts_their_types() -> None:
    """A browser runs what is ours and nothing else."""
    page = public_answers.docs_page(shipped_document())
    assert page.headers["content-security-policy"] == PAGE_POLICY
    files = public_answers.style_file(), public_answers.script_file(), public_answers.icon_file()
    types = [file.headers["content-type"].partition(";")[0] for file in files]
    assert types == ["text/css", "text/javascript", "image/svg+xml"]
