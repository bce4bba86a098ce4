"""The messages about grants."""

from plimsoll.wire.grants import Grant, GrantHolder, GrantPage, NewGrant
from wire_examples import survives


def test_examples_are_valid() -> None:
    """Each example of the document is a message."""
    assert survives(Grant)
    assert survives(GrantHolder)
    assert survives(GrantPage)
    assert survives(NewGrant)
