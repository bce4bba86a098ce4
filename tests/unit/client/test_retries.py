"""When a failed call is worth another try."""

import pytest

from plimsoll.client.retries import Retries


@pytest.mark.parametrize("status", [429, 502, 503, 504, None])
def test_passing_failures_are_tried_again(status: int | None) -> None:
    """An overloaded or restarting server and a lost connection are worth another try."""
    assert Retries().wait(1, status=status) is not None


@pytest.mark.parametrize("status", [400, 401, 404, 409, 412, 422, 500])
def test_lasting_failures_are_not(status: int) -> None:
    """What fails in the same way again is not tried again."""
    assert Retries().wait(1, status=status) is None


def test_waits_are_random_and_bounded() -> None:
    """The longest wait doubles with each try up to its bound; a wait lies anywhere below it."""
    retries = Retries(attempts=9, first_seconds=1.0, longest_seconds=3.0, reserve=1e9)
    retries.chance.seed(1)
    waits = {n: [retries.wait(n, status=503) or 0.0 for _ in range(500)] for n in (1, 2, 3, 4)}
    assert [round(max(waits[n])) for n in waits] == [1, 2, 3, 3]
    assert all(min(found) < 0.1 for found in waits.values())


def test_the_server_says_how_long() -> None:
    """Retry-After in seconds is the least wait, up to the longest; other forms of it are passed over."""
    retries = Retries(first_seconds=0.0)
    assert retries.wait(1, status=503, headers={"retry-after": "2"}) == 2.0
    assert retries.wait(1, status=503, headers={"retry-after": "9999"}) == 5.0
    assert retries.wait(1, status=503, headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}) == 0.0


def test_retries_stay_a_tenth_of_the_calls() -> None:
    """When everything fails for long, 100 calls make their reserve and ten retries, not 200."""
    retries = Retries(reserve=5.0)
    made = 0
    for _ in range(100):
        retries.note_call()
        made += retries.wait(1) is not None
    assert 14 <= made <= 15


def test_attempts_end() -> None:
    """The last try is the last."""
    assert Retries(attempts=2).wait(2) is None
