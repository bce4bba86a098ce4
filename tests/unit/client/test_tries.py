"""The tries of one call."""

import httpx2
import pytest

from plimsoll.client.call import Call
from plimsoll.client.retries import Retries
from plimsoll.client.tries import Tries
from plimsoll.errors import NotFoundError, UnavailableError


def call(*, repeatable: bool) -> Call[bytes]:
    """Return a call of nothing in particular."""
    return Call(method="GET", path="/", read=lambda response: response.content, repeatable=repeatable)


def test_repeatable_calls_wait_and_then_give_up() -> None:
    """Errors and refusals count as tries alike."""
    tries = Tries(call(repeatable=True), Retries(attempts=3), "u")
    assert tries.after_error(httpx2.ReadError("")) >= 0
    assert tries.after_refusal(httpx2.Response(503)) >= 0
    with pytest.raises(UnavailableError):
        tries.after_error(httpx2.ReadError(""))


def test_lasting_refusals_are_raised_at_once() -> None:
    """A 404 stays one."""
    with pytest.raises(NotFoundError):
        Tries(call(repeatable=True), Retries(), "u").after_refusal(httpx2.Response(404))


def test_other_calls_are_made_once() -> None:
    """What may not be repeated is given up after the first try."""
    with pytest.raises(UnavailableError):
        Tries(call(repeatable=False), Retries(), "u").after_error(httpx2.ReadError(""))
    with pytest.raises(UnavailableError):
        Tries(call(repeatable=False), Retries(), "u").after_refusal(httpx2.Response(503))
