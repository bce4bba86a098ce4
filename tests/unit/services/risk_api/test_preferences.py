"""What a client would rather have."""

import pytest

from plimsoll.services.risk_api.preferences import respond_async


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, False),
        ("", False),
        ("wait=5", False),
        ("respond-asynchronously", False),
        ("x-respond-async", False),
        ("respond-async", True),
        ("Respond-Async, wait=10", True),
        ("return=minimal,respond-async;x=1", True),
    ],
)
def test_the_header_is_a_list_of_preferences(header: str | None, wanted: bool) -> None:
    """The word counts wherever it stands as a preference of its own, whatever its case."""
    assert respond_async(header) is wanted
