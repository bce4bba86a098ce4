"""Ticks as messages, and what the answers mean."""

import datetime as dt
import json

import pytest

from plimsoll.client.tick_batches import TooMany, answered, batches, closed, refused, together
from plimsoll.errors import DataError, PermissionDeniedError, UnavailableError
from plimsoll.wire.ticks import TickBatch, TicksTaken
from wire_examples import examples

NOON = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
ACK = json.dumps(examples(TicksTaken)[0])


def test_ticks_travel_in_messages_of_the_contract() -> None:
    """A thousand in each, in their order; prices by symbol are of now."""
    found = [json.loads(text) for text in batches([("A", float(k), NOON) for k in range(2500)], "me")]
    assert [len(one["ticks"]) for one in found] == [1000, 1000, 500]
    assert [one["id"] for one in found] == ["1", "2", "3"]
    assert found[2]["ticks"][-1][1] == 2499.0
    (now,) = (TickBatch.model_validate_json(text) for text in batches({"AAPL": 189.2}, "me"))
    assert now.ticks[0][:2] == ("AAPL", 189.2)
    assert abs(dt.datetime.now(dt.UTC) - now.ticks[0][2]) < dt.timedelta(seconds=10)
    assert list(batches([], "me")) == []


@pytest.mark.parametrize("tick", [("A", float("nan"), NOON), ("A", 1.0, NOON.replace(tzinfo=None))])
def test_what_the_server_would_refuse_is_not_sent(tick: tuple[str, float, dt.datetime]) -> None:
    """The tick is named."""
    with pytest.raises(DataError, match="tick 1"):
        list(batches([("A", 1.0, NOON), tick], ""))


def test_answers_mean_what_they_say() -> None:
    """Taken, too many, or an error that names the tick; anything else is no server of ours."""
    taken = answered(ACK)
    assert isinstance(taken, TicksTaken)
    error = {"type": "error", "code": "too-many", "message": "Too many.", "retry_after": 0.5}
    assert answered(json.dumps(error)) == TooMany(0.5)
    bad = {
        "type": "error",
        "code": "invalid",
        "index": 3,
        "field": "price",
        "message": "It is bad.",
        "remedy": "x",
    }
    with pytest.raises(DataError, match="tick 3: It is bad") as caught:
        answered(json.dumps({**bad, "field": "price"}))
    assert (caught.value.remedy, caught.value.column) == ("x", "price")
    for strange in ("", "[]", "{}", '{"type": "error"}', '{"type": "ack"}'):
        with pytest.raises(UnavailableError):
            answered(strange)


def test_ends_and_refusals_are_errors_of_their_cause() -> None:
    """Who may not is told so; all else may pass."""
    assert isinstance(closed(1008, "The right has ended.", "u"), PermissionDeniedError)
    assert isinstance(closed(1001, "", "u"), UnavailableError)
    assert isinstance(refused(401, "u"), PermissionDeniedError)
    assert isinstance(refused(500, "u"), UnavailableError)


def test_batches_are_counted_together() -> None:
    """Sums, and whether any was taken while instances could not hear each other."""
    one = TicksTaken(id="1", applied=2, unknown=1, old=0, quarantined=3)
    both = together([one, one.model_copy(update={"degraded": True})])
    assert (both.applied, both.unknown, both.quarantined, both.degraded) == (4, 2, 6, True)
    assert together([]).applied == 0
