"""Messages of the tick socket: strict, and every mistake has its place and its remedy."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.services.risk_api.live.tick_messages import (
    Ping,
    SentTicks,
    TickMessageError,
    answer_to,
    read_message,
)
from plimsoll.wire.ticks import MAX_TICKS, TickBatch
from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.tick_board import Outcome, Taken
from wire_examples import examples

GOOD = ["AAPL", 189.2, "2026-06-30T14:30:00.123Z"]


def sent(*ticks: Any, **fields: Any) -> str:
    """Return a message with ticks."""
    return json.dumps({"id": "7", "ticks": list(ticks), **fields})


def test_the_example_of_the_contract_is_read() -> None:
    """Symbol, price, time in UTC, and the source of all."""
    message = read_message(json.dumps(examples(TickBatch)[0]))
    assert isinstance(message, SentTicks)
    at = dt.datetime(2026, 6, 30, 14, 30, 0, 123000, dt.UTC)
    assert message.ticks[0] == Tick("AAPL", 189.2, at, "my feed")
    assert message.id == "17"


def test_times_of_any_zone_are_instants() -> None:
    """Two ways to write one instant are the same."""
    message = read_message(sent(["AAPL", 1, "2026-06-30T16:30:00.123+02:00"]))
    assert isinstance(message, SentTicks)
    assert message.ticks[0].at == dt.datetime(2026, 6, 30, 14, 30, 0, 123000, dt.UTC)


def test_a_ping_is_no_batch() -> None:
    """With an id or without."""
    assert read_message('{"ping": 1}') == Ping("")
    assert read_message('{"ping": 1, "id": "x"}') == Ping("x")


@pytest.mark.parametrize(
    ("text", "code", "index", "field"),
    [
        ("", "bad-json", None, ""),
        ("nonsense", "bad-json", None, ""),
        ('{"ticks": [["A", NaN, "x"]]}', "bad-json", None, ""),
        ('{"ticks": [], "ticks": []}', "bad-json", None, ""),
        ("[" * 10_000, "bad-json", None, ""),
        ('"\ud800"', "bad-json", None, ""),
        ("[]", "invalid", None, ""),
        ("{}", "invalid", None, "ticks"),
        (sent(), "invalid", None, "ticks"),
        (sent(*[GOOD] * (MAX_TICKS + 1)), "invalid", None, "ticks"),
        ('{"ticks": "many"}', "invalid", None, "ticks"),
        (sent(GOOD, extra=1), "invalid", None, ""),
        (sent(GOOD, source=1), "invalid", None, "source"),
        (sent(GOOD, source="x" * 101), "invalid", None, "source"),
        (sent(GOOD, id="x" * 65), "invalid", None, "id"),
        (sent(GOOD, id="a\nb"), "invalid", None, "id"),
        (sent(GOOD, "AAPL"), "invalid", 1, ""),
        (sent(GOOD, ["AAPL", 1.0]), "invalid", 1, ""),
        (sent(GOOD, [*GOOD, 1]), "invalid", 1, ""),
        (sent(GOOD, GOOD, ["", 1.0, GOOD[2]]), "invalid", 2, "symbol"),
        (sent(["x" * 101, 1.0, GOOD[2]]), "invalid", 0, "symbol"),
        (sent(["a\nb", 1.0, GOOD[2]]), "invalid", 0, "symbol"),
        (sent([7, 1.0, GOOD[2]]), "invalid", 0, "symbol"),
        (sent(["AAPL", "189.2", GOOD[2]]), "invalid", 0, "price"),
        (sent(["AAPL", True, GOOD[2]]), "invalid", 0, "price"),
        (sent(["AAPL", None, GOOD[2]]), "invalid", 0, "price"),
        (sent(["AAPL", 1.0, "2026-06-30T14:30:00"]), "invalid", 0, "time"),
        (sent(["AAPL", 1.0, "yesterday"]), "invalid", 0, "time"),
        (sent(["AAPL", 1.0, 1_700_000_000]), "invalid", 0, "time"),
        (sent(["AAPL", 1.0, "0001-01-01T00:00:00+14:00"]), "invalid", 0, "time"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(
    text: str, code: str, index: int | None, field: str
) -> None:
    """Nothing of the message is taken, and nothing of it is repeated but its id."""
    with pytest.raises(TickMessageError) as caught:
        read_message(text)
    frame = caught.value.frame
    assert (frame.type, frame.code, frame.index, frame.field) == ("error", code, index, field)
    assert frame.message
    assert frame.remedy


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["id", "ticks", "source", "x"]), inner)
        ),
    )
)
def test_whatever_comes_is_a_batch_a_ping_or_a_named_mistake(document: Any) -> None:
    """No message raises anything else."""
    try:
        message: object = read_message(json.dumps(document))
    except TickMessageError as error:
        message = error
    assert isinstance(message, SentTicks | Ping | TickMessageError)


def test_the_answer_counts_every_tick() -> None:
    """Each has one outcome."""
    taken = Taken((Outcome.APPLIED, Outcome.OLD, Outcome.APPLIED, Outcome.UNKNOWN), {})
    answer = json.loads(answer_to(SentTicks("7", ()), taken, degraded=True))
    assert answer == {
        "type": "ack",
        "id": "7",
        "applied": 2,
        "unknown": 1,
        "old": 1,
        "quarantined": 0,
        "degraded": True,
    }
