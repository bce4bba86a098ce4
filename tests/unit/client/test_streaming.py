"""The place in a stream that breaks off: what is asked for next, how long to wait, when to give up."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.client.streaming import StreamCall, StreamPlace, event_message
from plimsoll.errors import NotFoundError, UnavailableError
from plimsoll.wire.events import Event
from wire_examples import examples

CALL: StreamCall[str] = StreamCall(path="/s", read=lambda event: event.data, query={"a": 1, "b": None})
Sent = httpx2.ServerSentEvent


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_last_id_is_asked_for() -> None:
    """Of events without an id the one before counts; those without data say nothing to the reader."""
    place = StreamPlace(CALL, "u")
    assert place.request()["headers"] == {}
    assert place.request()["params"] == {"a": 1}
    assert place.take(Sent(data="x", id="7"))
    assert place.take(Sent(data="y"))
    assert not place.take(Sent(retry=100))
    assert place.request()["headers"] == {"Last-Event-ID": "7"}


@given(failures=st.integers(0, 60), asked=st.none() | st.integers(0, 10_000_000))
def test_waits_grow_and_are_bounded(failures: int, asked: int | None) -> None:
    """Nobody waits longer than a minute, whatever the server asks for and however often it fails."""
    place = StreamPlace(CALL, "u", clock=Clock())
    place.take(Sent(retry=asked))
    for _ in range(failures):
        place.broken(httpx2.ReadError(""))
    assert 0.0 <= place.wait() <= 45.0


def test_it_gives_up_when_its_patience_ends() -> None:
    """What passes is waited for so long and no longer; an event starts the patience anew."""
    clock = Clock()
    place = StreamPlace(StreamCall(path="/s", read=CALL.read, patience_seconds=10), "u", clock=clock)
    place.broken(httpx2.ConnectError(""))
    clock.now = 9
    place.refuse(httpx2.Response(503))
    place.take(Sent(data="x"))
    clock.now = 7000
    place.broken(httpx2.ConnectError(""))
    clock.now = 7011
    with pytest.raises(UnavailableError):
        place.broken(httpx2.ConnectError(""))
    with pytest.raises(UnavailableError):
        place.refuse(httpx2.Response(503))


def test_what_will_not_pass_is_raised_at_once() -> None:
    """A 404 stays one."""
    with pytest.raises(NotFoundError):
        StreamPlace(CALL, "u").refuse(httpx2.Response(404))


def test_an_event_is_read_as_a_message() -> None:
    """Fields of a newer server are passed over; what is no message is an error."""
    (shown,) = examples(Event)
    event = Event.model_validate(shown)
    later = event.model_dump_json()[:-1] + ', "new": 1}'
    assert event_message(Event)(Sent(data=later)) == event
    with pytest.raises(UnavailableError, match="no Event"):
        event_message(Event)(Sent(data="{}"))
