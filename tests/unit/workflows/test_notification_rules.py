"""Who is told of what, and when, as laws over any times and zones."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.store.alerts import Severity
from plimsoll.workflows.notification_rules import WINDOW, free_at, is_told, told_at
from plimsoll.workflows.quiet_hours import QuietHours

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
).map(ZoneInfo)
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
HOURS = st.tuples(TIMES, TIMES, ZONES).filter(lambda parts: parts[0] != parts[1])
SECONDS = st.integers(0, 3 * 366 * 86_400)
INSTANTS = SECONDS.map(lambda seconds: dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds))
SEVERITIES = st.sampled_from(Severity)


@given(hours=HOURS, severity=SEVERITIES, at=INSTANTS)
def test_nobody_is_woken_but_for_what_is_critical(
    hours: tuple[dt.time, dt.time, ZoneInfo], severity: Severity, at: dt.datetime
) -> None:
    """What is told is told outside quiet hours, never early, at the latest a day (and a change) later."""
    quiet = QuietHours(*hours)
    told = told_at(quiet, severity, at)
    if severity is Severity.CRITICAL:
        assert told == at
        return
    assert not quiet.covers(told)
    assert at <= told <= at + dt.timedelta(hours=26)
    assert told == at or quiet.covers(at)


@given(gaps=st.lists(st.integers(0, 3600), max_size=60), most=st.integers(1, 5))
def test_a_storm_is_held_back(gaps: list[int], most: int) -> None:
    """Whoever sends only when it is free never sends more than so many in any window, and waits no longer."""
    at, sent = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), list[dt.datetime]()
    for gap in gaps:
        at += dt.timedelta(seconds=gap)
        free = free_at(sent, at, most=most)
        assert at <= free <= at + WINDOW
        if free == at:
            sent.append(at)
        else:
            assert free_at(sent, free, most=most) == free
    for one in sent:
        assert sum(one - WINDOW < other <= one for other in sent) <= most


@given(
    severity=SEVERITIES, minimum=SEVERITIES, kind=st.sampled_from(["alert.raised", "alert.changed", "x.y"])
)
def test_a_channel_tells_what_it_is_for(severity: Severity, minimum: Severity, kind: str) -> None:
    """Its kinds from its severity on; what became worse counts as raised, other changes do not."""
    wanted = is_told(kind, severity, "acknowledged", kinds=["alert.raised"], minimum=minimum)
    assert wanted == (kind == "alert.raised" and severity.rank >= minimum.rank)
    worse = is_told("alert.changed", severity, "worsened", kinds=["alert.raised"], minimum=minimum)
    assert worse == (severity.rank >= minimum.rank)
