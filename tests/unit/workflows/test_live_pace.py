"""How often live risk does what."""

from plimsoll.workflows.live_pace import Pace, Watchers


def test_ten_updates_a_second_and_levels_kept_every_second() -> None:
    """What the platform promises unless it is told otherwise; nobody is told anything unless they ask."""
    pace = Pace()
    assert (pace.refresh_seconds, pace.keep_seconds, pace.watch_seconds) == (0.1, 1.0, 1.0)
    watchers = Watchers()
    watchers.published(1.0)
    watchers.coalesced(1)
    watchers.degraded(True)
