"""The bucket of a connection."""

import pytest

from plimsoll.services.risk_api.live.tick_rate import TickRate


def test_it_fills_at_the_rate_and_holds_a_second() -> None:
    """What was refused takes nothing; after the time that was said there is room."""
    now = 0.0
    rate = TickRate(100.0, clock=lambda: now)
    assert rate.wait_for(100) == 0.0
    assert rate.wait_for(10) == pytest.approx(0.1)
    now = 0.1
    assert rate.wait_for(10) == 0.0
    now = 60.0
    assert rate.wait_for(100) == 0.0
    assert rate.wait_for(1) > 0.0


def test_more_than_a_second_at_once_waits_for_a_full_bucket() -> None:
    """It is not refused for ever; what follows pays for it."""
    now = 0.0
    rate = TickRate(10.0, clock=lambda: now)
    assert rate.wait_for(30) == 0.0
    assert rate.wait_for(1) == pytest.approx(2.1)
