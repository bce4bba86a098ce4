"""The tries of one call: what to do after each that has failed."""

from typing import Any

import httpx2

from plimsoll.client.answers import refusal, unreachable
from plimsoll.client.call import Call
from plimsoll.client.retries import Retries

__all__ = ["Tries"]


class Tries:
    """Decides after each failed try of a call: wait and try again, or give up.

    Parameters
    ----------
    call
        What is tried; one that may not be repeated is tried once.
    retries
        Of the client.
    url
        Of the server, for messages.
    """

    def __init__(self, call: Call[Any], retries: Retries, url: str) -> None:
        self._repeatable = call.repeatable
        self._retries = retries
        self._url = url
        self._made = 0
        retries.note_call()

    def after_error(self, error: httpx2.RequestError) -> float:
        """Return the seconds to wait after a try without an answer.

        Raises
        ------
        UnavailableError
            To give up.
        """
        self._made += 1
        wait = self._retries.wait(self._made) if self._repeatable else None
        if wait is None:
            raise unreachable(self._url, error) from error
        return wait

    def after_refusal(self, response: httpx2.Response) -> float:
        """Return the seconds to wait after an answer that is an error.

        Raises
        ------
        PlimsollError
            To give up: what the answer stands for.
        """
        self._made += 1
        status, headers = response.status_code, response.headers
        wait = self._retries.wait(self._made, status=status, headers=headers) if self._repeatable else None
        if wait is None:
            raise refusal(response)
        return wait
