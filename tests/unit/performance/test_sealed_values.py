"""Values come back from Redis as they went in, or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.performance.sealed_values import SealedValue


@given(st.text(max_size=20), st.binary(max_size=200), st.floats(0.0, 1e12))
def test_what_was_sealed_is_opened(key: str, value: bytes, fresh_until: float) -> None:
    """The same key opens it, bit for bit."""
    sealed = SealedValue(value, fresh_until)
    assert SealedValue.opened(key, sealed.sealed(key)) == sealed


@given(st.binary(max_size=100), st.data())
def test_what_was_changed_is_refused(value: bytes, data: st.DataObject) -> None:
    """One changed bit anywhere, a missing end or an added one make it worthless, and so does another key."""
    sealed = SealedValue(value, 5.0).sealed("key")
    place = data.draw(st.integers(0, 8 * len(sealed) - 1))
    damaged = bytearray(sealed)
    damaged[place // 8] ^= 1 << place % 8
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for bytes_ in (bytes(damaged), cut, sealed + b"x"):
        assert SealedValue.opened("key", bytes_) is None
    assert SealedValue.opened("another", sealed) is None


@given(st.binary(max_size=100))
def test_garbage_is_refused(garbage: bytes) -> None:
    """Whatever somebody else wrote there is no value."""
    assert SealedValue.opened("key", garbage) is None
