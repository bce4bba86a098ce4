"""The two cookies of a browser."""

from http.cookies import SimpleCookie

import pytest
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.services.risk_api.cookies import (
    drop_session,
    keep_device,
    keep_session,
    origin_of,
    renew_session,
)


def asked(scheme: str, *headers: tuple[bytes, bytes]) -> Request:
    """Return a request."""
    return Request({"type": "http", "scheme": scheme, "headers": list(headers), "client": ("192.0.2.1", 1)})


@pytest.mark.parametrize(("scheme", "prefix"), [("https", "__Host-"), ("http", "")])
def test_they_are_out_of_reach_of_scripts_and_of_other_sites(scheme: str, prefix: str) -> None:
    """HttpOnly, SameSite=Strict, for the host alone; on https by a name that makes the browser see to it."""
    answer = Response()
    keep_session(asked(scheme), answer, "s")
    keep_device(asked(scheme), answer, "d")
    keep_device(asked(scheme), Response(), "")
    found: SimpleCookie = SimpleCookie()
    for header in answer.headers.getlist("set-cookie"):
        found.load(header)
    assert set(found) == {f"{prefix}plimsoll", f"{prefix}plimsoll-device"}
    for cookie in found.values():
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("strict", "/", "")
        assert bool(cookie["secure"]) == (scheme == "https")
    drop_session(asked(scheme), answer)
    assert "Max-Age=0" in answer.headers.getlist("set-cookie")[-1]


def test_a_session_is_renewed_for_the_browser_that_has_it() -> None:
    """A program that came by a token of another kind gets no cookie, and nobody an empty one."""
    program = asked("https", (b"authorization", b"Bearer x"))
    for request, token in ((program, "s"), (asked("https"), "")):
        answer = Response()
        renew_session(request, answer, token)
        assert "set-cookie" not in answer.headers
    renew_session(asked("https"), answer, "s")
    assert "set-cookie" in answer.headers


def test_where_a_request_comes_from() -> None:
    """Address, browser and device of it; nothing where there is nothing."""
    origin = origin_of(asked("http", (b"user-agent", b"Browser"), (b"cookie", b"plimsoll-device=pld_x")))
    assert (origin.address, origin.agent, origin.device) == ("192.0.2.1", "Browser", "pld_x")
    assert origin.device_digest is None
    empty = origin_of(Request({"type": "http", "scheme": "http", "headers": [], "client": None}))
    assert (empty.address, empty.agent, empty.device) == ("", "", "")
