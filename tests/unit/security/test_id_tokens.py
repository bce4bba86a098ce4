"""What an identity provider says; more attacks are tried over HTTP in tests/security."""

import datetime as dt
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from plimsoll.security.id_tokens import Identity, check_id_token
from plimsoll.security.strict_claims import RefusedTokenError

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
AT = int(NOW.timestamp())
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
KEYS = {"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}
GOOD: dict[str, Any] = {"iss": "i", "aud": "c", "nonce": "n", "sub": "ada", "iat": AT, "exp": AT + 300}


def check(
    claims: dict[str, Any],
    key: RSAKey | ECKey = RSA,
    algorithm: str = "RS256",
    keys: dict[str, Any] = KEYS,
) -> Identity:
    """Check a token that says this."""
    header = {"alg": algorithm, "kid": key.kid}
    token = jwt.encode(header, dict(claims), key, algorithms=[algorithm])
    return check_id_token(token, keys, issuer="i", client_id="c", nonce="n", now=NOW)


@pytest.mark.parametrize(
    ("said", "several"),
    [
        ({}, False),
        ({"amr": ["pwd", "otp"]}, False),
        ({"amr": "mfa"}, False),
        ({"acr": ["mfa"]}, False),
        ({"amr": ["mfa"]}, True),
        ({"acr": "https://refeds.org/profile/mfa"}, True),
    ],
)
def test_several_factors_are_believed_when_they_are_named(said: dict[str, Any], several: bool) -> None:
    """By the words of RFC 8176 and of the profiles that mean it, in the form that they have."""
    assert check({**GOOD, **said}).by_several == several


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256")])
def test_a_token_for_us_names_somebody(key: RSAKey | ECKey, algorithm: str) -> None:
    """The address only if it was checked."""
    checked = {"email": "ada@example.com", "email_verified": True}
    assert check({**GOOD, **checked}, key, algorithm) == Identity("ada", "ada@example.com")
    assert check({**GOOD, "email": "ada@example.com", "aud": ["c"]}, key, algorithm) == Identity("ada", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "a" * 256},
        {"sub": "a\n"},
        {"sub": None},
        {"iat": AT - 90_000, "exp": AT + 10},
        {"exp": AT - 61},
        {"exp": "soon"},
        {"aud": []},
        {"nonce": None},
        {"email": 1, "email_verified": True},
    ],
)
def test_odd_claims_are_refused(changes: dict[str, Any]) -> None:
    """Whatever cannot be kept, or says nothing certain."""
    with pytest.raises(RefusedTokenError):
        check({**GOOD, **changes})


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": "none"},
        {"keys": []},
        {"keys": [None, 1]},
        {"keys": [{"kid": "rsa"}]},
        {"keys": [{**RSA.as_dict(private=False), "use": "enc"}]},
        {"keys": [{**EC.as_dict(private=False), "kid": "rsa"}]},
    ],
)
def test_without_a_fitting_key_nothing_is_believed(keys: dict[str, Any]) -> None:
    """Whatever the provider publishes instead."""
    with pytest.raises(RefusedTokenError):
        check(GOOD, keys=keys)


@pytest.mark.parametrize("token", ["", "a.b.c", "..", "a" * 20_000, "e30.e30."])
def test_what_is_no_token_is_refused(token: str) -> None:
    """Whatever its form."""
    with pytest.raises(RefusedTokenError):
        check_id_token(token, KEYS, issuer="i", client_id="c", nonce="n", now=NOW)
