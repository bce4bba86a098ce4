"""The table of events."""

from plimsoll.data.store.event_rows import EventRow


def test_an_event_is_written_without_a_position() -> None:
    """The position comes later, so that it may be null; the sequence is the database's own."""
    columns = EventRow.__table__.columns
    assert columns["position"].nullable
    assert columns["sequence"].identity is not None
