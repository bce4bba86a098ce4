"""The local sign-in."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.security.permissions import Permission
from plimsoll.security.tokens import new_token
from plimsoll.services.risk_api.sign_in import IDLE, LIFE_OF_LINK, LIFE_OF_SESSION, LocalSignIn

KEY = "plk_" + "k" * 43
TENANT = UUID(int=7)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.now

    def move(self, by: dt.timedelta) -> None:
        """Move on."""
        self.now += by


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def local(clock: Clock) -> LocalSignIn:
    """Return a sign-in."""
    return LocalSignIn(TENANT, KEY, clock)


def token_of(local: LocalSignIn) -> str:
    """Return the token of a new link."""
    return local.new_link("http://127.0.0.1:8000/").partition("#")[2]


def session_of(local: LocalSignIn) -> str:
    """Return a new session."""
    session = local.redeem(token_of(local))
    assert session is not None
    return session


def test_the_key_lets_in_with_all_permissions(local: LocalSignIn) -> None:
    """Whoever holds the key is the local user of the local tenant."""
    principal = local.with_key(KEY)
    assert principal is not None
    assert (principal.id, principal.tenant, principal.permissions) == ("local", TENANT, frozenset(Permission))


@pytest.mark.parametrize(
    "key", ["", "plk_", KEY[:-1], KEY + "k", KEY.upper(), "plk_" + "j" * 43, "\ud800", "é" * 47]
)
def test_no_other_key_lets_in(local: LocalSignIn, key: str) -> None:
    """A key that is nearly right, or no text at all, is nobody's."""
    assert local.with_key(key) is None


def test_the_key_is_not_kept(local: LocalSignIn) -> None:
    """Neither the object nor its text holds the key."""
    assert local.api_key == ""
    assert "k" * 43 not in repr(local)


def test_a_link_works_once(local: LocalSignIn) -> None:
    """The second use of a link gives no session."""
    token = token_of(local)
    session = local.redeem(token)
    assert session is not None
    assert local.with_session(session) == local.principal
    assert local.redeem(token) is None


def test_the_token_of_a_link_stands_behind_the_hash(local: LocalSignIn) -> None:
    """Browsers send what comes after # to nobody."""
    assert local.new_link("http://127.0.0.1:8000/").startswith("http://127.0.0.1:8000/sign-in#")


def test_a_link_lives_a_quarter_of_an_hour(local: LocalSignIn, clock: Clock) -> None:
    """A moment before the end it works, at the end it does not."""
    early, late = token_of(local), token_of(local)
    clock.move(LIFE_OF_LINK - dt.timedelta(seconds=1))
    assert local.redeem(early) is not None
    clock.move(dt.timedelta(seconds=1))
    assert local.redeem(late) is None


def test_a_session_ends_when_it_is_not_used(local: LocalSignIn, clock: Clock) -> None:
    """Use keeps it alive, half an hour without use ends it."""
    session = session_of(local)
    for _ in range(3):
        clock.move(IDLE - dt.timedelta(seconds=1))
        assert local.with_session(session) is not None
    clock.move(IDLE)
    assert local.with_session(session) is None


def test_a_session_ends_in_any_case(local: LocalSignIn, clock: Clock) -> None:
    """However often it is used, after twelve hours it is over."""
    session = session_of(local)
    started = clock.now
    while clock.now - started < LIFE_OF_SESSION - dt.timedelta(minutes=20):
        clock.move(dt.timedelta(minutes=20))
        assert local.with_session(session) is not None
    clock.move(dt.timedelta(minutes=20))
    assert local.with_session(session) is None


def test_signing_out_ends_a_session(local: LocalSignIn) -> None:
    """A session that has ended lets nobody in, and may end again."""
    session = session_of(local)
    local.sign_out(session)
    local.sign_out(session)
    assert local.with_session(session) is None


def test_kinds_of_tokens_are_not_mixed_up(local: LocalSignIn) -> None:
    """A link is no session, a session no link, and neither is a key."""
    link = token_of(local)
    assert local.with_session(link) is None
    assert local.with_key(link) is None
    session = session_of(local)
    assert local.redeem(session) is None
    assert local.with_session(new_token()) is None
    assert local.with_session(KEY) is None


def test_sessions_do_not_pile_up(local: LocalSignIn, clock: Clock) -> None:
    """The oldest of too many sessions ends, and those that have ended are forgotten."""
    sessions = [session_of(local) for _ in range(101)]
    assert local.with_session(sessions[0]) is None
    assert all(local.with_session(session) for session in sessions[1:])
    clock.move(IDLE)
    assert local.with_session(session_of(local)) is not None
    assert all(local.with_session(session) is None for session in sessions)


def test_the_clock_of_the_machine_is_the_default() -> None:
    """Without a clock of its own it takes the time in UTC."""
    local = LocalSignIn(TENANT, KEY)
    assert local.with_session(session_of(local)) is not None


def test_a_session_never_becomes_younger(local: LocalSignIn, clock: Clock) -> None:
    """By a clock that is put back it waits until the time of its last use; one that was over stays so."""
    session, idle = session_of(local), session_of(local)
    clock.move(IDLE / 2)
    assert local.with_session(session) is not None
    clock.move(-IDLE / 2)
    assert local.with_session(session) is None
    clock.move(IDLE)
    assert (local.with_session(session) is None, local.with_session(idle)) == (False, None)
    clock.move(-IDLE / 2)
    assert local.with_session(idle) is None
