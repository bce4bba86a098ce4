"""Passwords: what may be one, and how it is kept."""

import asyncio
import threading

import pytest

from plimsoll.errors import UnavailableError, UsageError
from plimsoll.security.passwords import (
    LEAST,
    LEAST_WITH_FACTOR,
    MOST_BYTES,
    Passwords,
    accepted_password,
    normal_password,
    stands_alone,
)
from somebody import PASSWORD

pytestmark = pytest.mark.anyio


def test_what_stands_alone_is_counted_as_it_is_hashed() -> None:
    """Fifteen characters do, however many bytes they are; fourteen do not."""
    assert stands_alone("\u00e9" * 15)
    assert not stands_alone("e\u0301" * 14)


@pytest.mark.parametrize(("has_factor", "least"), [(False, LEAST), (True, LEAST_WITH_FACTOR)])
def test_length_is_what_counts(has_factor: bool, least: int) -> None:
    """There are no rules about kinds of characters, and eight are enough beside a second factor."""
    chosen = "fir grove lamps"[:least]
    assert accepted_password(chosen, has_factor=has_factor) == chosen
    with pytest.raises(UsageError) as caught:
        accepted_password(chosen[:-1], has_factor=has_factor)
    assert str(least) in caught.value.remedy
    assert chosen[:-1] not in str(caught.value)


@pytest.mark.parametrize(
    "password",
    ["passwordpassword", "Ada.Lovelace.Ada", "plimsollplimsoll", "adalovelaceadalovelace1", "lovelace" * 2],
)
def test_what_attackers_try_first_is_refused(password: str) -> None:
    """Leaked words, the person's own name and address, and our name."""
    hints = ("Ada Lovelace", "ada.lovelace@example.com")
    with pytest.raises(UsageError):
        accepted_password(password, has_factor=False, hints=hints)


@pytest.mark.parametrize("password", ["ada likes lovelace", "384-2938-2984-29387", "über allen gipfeln"])
def test_what_is_more_than_that_is_accepted(password: str) -> None:
    """A name beside other words, and no letters at all."""
    hints = ("Ada Lovelace", "ada.lovelace@example.com")
    assert accepted_password(password, has_factor=False, hints=hints) == password


def test_a_password_has_an_end() -> None:
    """A thousand bytes are taken, one more is not: whoever hashes it must not be kept busy."""
    assert accepted_password("ab" * (MOST_BYTES // 2 - 1) + "xy", has_factor=False)
    with pytest.raises(UsageError, match="too long"):
        normal_password("ß" * (MOST_BYTES // 2) + "x")


async def test_it_is_kept_as_argon2id_and_matches_itself() -> None:
    """By OWASP's parameters; another password, and nobody's, does not match."""
    passwords = Passwords()
    kept = await passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.matches(PASSWORD, kept)
    for other, stored in ((PASSWORD + "x", kept), (PASSWORD, None), (PASSWORD, "nonsense"), ("", kept)):
        assert not await passwords.matches(other, stored)
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("t=2", "t=1"))
    passwords.close()


async def test_two_ways_to_write_it_mean_the_same() -> None:
    """Composed and decomposed characters match (NFKC)."""
    passwords = Passwords()
    kept = await passwords.hashed("cafe\u0301 under the lamps")
    assert await passwords.matches("caf\u00e9 under the lamps", kept)
    passwords.close()


async def test_a_storm_is_refused_and_does_not_hold_the_loop() -> None:
    """Two are hashed, so many wait, the rest hear of it at once; meanwhile the event loop runs on."""
    passwords = Passwords(threads=1, waiting=2)
    kept = await passwords.hashed(PASSWORD)
    loop_thread = threading.get_ident()
    results = await asyncio.gather(
        *(passwords.matches(PASSWORD, kept) for _ in range(10)), return_exceptions=True
    )
    assert [result for result in results if result is True] == [True] * 3
    assert sum(isinstance(result, UnavailableError) for result in results) == 7
    assert threading.get_ident() == loop_thread
    assert await passwords.matches(PASSWORD, kept)
    passwords.close()
