"""The messages about schedules."""

from plimsoll.wire.schedules import NewSchedule, Schedule, ScheduleChanges, SchedulePage
from wire_examples import survives


def test_examples_are_valid() -> None:
    """Each example of the document is a message."""
    assert survives(NewSchedule)
    assert survives(Schedule)
    assert survives(ScheduleChanges)
    assert survives(SchedulePage)
