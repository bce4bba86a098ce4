"""Access tokens: issued by us, checked to the last byte, and nothing else let through."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

import jwt_attacks
from plimsoll.errors import UnavailableError
from plimsoll.security.access_tokens import ACCESS_LIFE, TokenClaims, check_access, is_signed, issue_access
from plimsoll.security.key_ring import LIFE_OF_KEY, RETIRING, SigningRing, new_signing_key
from plimsoll.security.strict_claims import RefusedTokenError

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
KEY = new_signing_key(NOW, NOW)
RING = SigningRing([KEY])
CLAIMS = TokenClaims(
    subject="user:0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    tenant=UUID(int=1),
    session=UUID(int=2),
    token_id=UUID(int=3),
    issued_at=NOW,
    expires_at=NOW + ACCESS_LIFE,
    authenticated_at=NOW - SECOND,
    factors=frozenset({"password", "totp"}),
)
TOKEN = issue_access(CLAIMS, RING, NOW)


def attacks() -> Iterator[tuple[str, str]]:
    """Yield every token that must not count."""
    yield from jwt_attacks.forged(TOKEN)
    yield from jwt_attacks.headers(TOKEN, KEY)
    yield from jwt_attacks.bodies(TOKEN, KEY)


def test_what_was_made_by_us_is_known_when_it_is_late() -> None:
    """Whatever its time; not once its key is out of the ring, nor with another signature."""
    assert is_signed(TOKEN, RING, NOW + ACCESS_LIFE)
    assert not is_signed(TOKEN, SigningRing([new_signing_key(NOW, NOW)]), NOW)
    assert not is_signed(TOKEN[:-4] + "AAAA", RING, NOW)


def test_a_token_says_what_was_put_in() -> None:
    """It carries who, whose data, which session and how it was shown; nothing of what they may do."""
    assert check_access(TOKEN, RING, NOW) == CLAIMS
    header, said = jwt_attacks.parts(TOKEN)
    assert header == {"alg": "EdDSA", "kid": KEY.kid, "typ": "at+jwt"}
    assert (said["iss"], said["aud"], said["acr"]) == ("plimsoll", "plimsoll-risk-api", "aal2")
    assert not set(said) & {"roles", "permissions", "scope"}
    assert replace(CLAIMS, factors=frozenset({"password"})).level == "aal1"


def test_another_library_reads_it() -> None:
    """The signature is one that joserfc accepts with the published key."""
    key = OKPKey.import_key(dict(RING.published(NOW)[0]))
    with pytest.warns(UserWarning, match="EdDSA"):
        assert jws.deserialize_compact(TOKEN, key, algorithms=["EdDSA"]).payload


@pytest.mark.parametrize(("name", "token"), [pytest.param(*one, id=one[0]) for one in attacks()])
def test_an_attack_opens_nothing(name: str, token: str) -> None:
    """Each token of the matrix is refused, and the good one beside it is not."""
    with pytest.raises(RefusedTokenError):
        check_access(token, RING, NOW)
    assert check_access(TOKEN, RING, NOW) == CLAIMS, name


def test_a_token_lives_for_five_minutes() -> None:
    """To the second."""
    end = NOW + ACCESS_LIFE
    assert check_access(TOKEN, RING, end - SECOND / 1000) == CLAIMS
    for at in (end, end + SECOND):
        with pytest.raises(RefusedTokenError, match="time"):
            check_access(TOKEN, RING, at)


def test_a_retired_or_unknown_key_counts_no_more() -> None:
    """Neither does one that does not sign yet, nor a ring that has forgotten it."""
    following = new_signing_key(NOW, NOW + 10 * SECOND)
    both = SigningRing([KEY, following])
    assert check_access(TOKEN, both, NOW + 20 * SECOND) == CLAIMS
    ended = NOW + 10 * SECOND + RETIRING
    late = issue_access(
        replace(CLAIMS, issued_at=ended, expires_at=ended + ACCESS_LIFE), SigningRing([KEY]), ended
    )
    early = issue_access(CLAIMS, SigningRing([following]), NOW + LIFE_OF_KEY)
    for token, ring, at in ((late, both, ended), (early, both, NOW), (TOKEN, SigningRing([following]), NOW)):
        with pytest.raises(RefusedTokenError, match="key"):
            check_access(token, ring, at)


def test_without_a_key_nothing_is_issued() -> None:
    """An empty ring says so."""
    with pytest.raises(UnavailableError):
        issue_access(CLAIMS, SigningRing([]), NOW)
