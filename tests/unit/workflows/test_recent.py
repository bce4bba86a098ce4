"""A bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.workflows.recent import Recent


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    """Asking keeps a value; the other one makes room."""
    recent = Recent[str, int](2)
    recent.put("a", 1, size=1)
    recent.put("b", 2, size=1)
    assert recent.get("a") == 1
    recent.put("c", 3, size=1)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


def test_a_value_replaces_the_one_before() -> None:
    """The same key twice counts once."""
    recent = Recent[str, int](2)
    recent.put("a", 1, size=2)
    recent.put("a", 2, size=1)
    recent.put("b", 3, size=1)
    assert (recent.get("a"), recent.get("b")) == (2, 3)


def test_a_value_that_is_too_large_is_not_kept() -> None:
    """It pushes nothing else out, and takes the place of no older value of its key."""
    recent = Recent[str, int](2)
    recent.put("a", 1, size=1)
    recent.put("b", 2, size=3)
    assert (recent.get("a"), recent.get("b")) == (1, None)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), max_size=40))
def test_what_is_kept_fits_and_is_the_newest(puts: list[tuple[int, int]]) -> None:
    """After any puts, the kept values fit the capacity and each is the last one put under its key."""
    recent = Recent[int, int](10)
    for number, (key, size) in enumerate(puts):
        recent.put(key, number, size=size)
    last = {key: (number, size) for number, (key, size) in enumerate(puts)}
    kept = {key: recent.get(key) for key in last}
    assert sum(last[key][1] for key, number in kept.items() if number is not None) <= 10
    assert all(number in (None, last[key][0]) for key, number in kept.items())
