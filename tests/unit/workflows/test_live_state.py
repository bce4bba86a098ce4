"""The state of a live book as bytes: exact, and refused where it is something else."""

import datetime as dt
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import DataError
from plimsoll.workflows.live_state import LiveState, from_bytes, to_bytes
from plimsoll.workflows.live_ticks import LastTick

TIMES = st.none() | st.datetimes(timezones=st.just(dt.UTC))
LASTS = st.builds(LastTick, st.floats(allow_nan=False, allow_infinity=False), TIMES, st.text(max_size=5))


@given(st.dictionaries(st.text(max_size=6), LASTS, max_size=4), st.integers(0, 10**9), st.booleans())
def test_a_state_comes_back_as_it_went_in(levels: dict[str, LastTick], sequence: int, stored: bool) -> None:
    """Every bit of every level, and microseconds."""
    state = LiveState(uuid4() if stored else None, sequence, levels)
    assert from_bytes(to_bytes(state)) == state


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"form": 1, "run": "x", "sequence": 1, "levels": {}}',
        b'{"form": 1, "run": null, "sequence": 1, "levels": {"A": [1]}}',
        b'{"form": 1, "run": null, "sequence": 1, "levels": {"A": ["x", null, ""]}}',
    ],
)
def test_other_bytes_are_refused(content: bytes) -> None:
    """Empty, another document, or one with parts missing."""
    with pytest.raises(DataError, match="hold no live state"):
        from_bytes(content)


def test_a_later_form_is_refused_by_name() -> None:
    """The message says which form is known."""
    with pytest.raises(DataError, match="has form 2, this version knows form 1"):
        from_bytes(b'{"form": 2}')
