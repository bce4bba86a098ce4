"""Programs that show who they are with a key of their own."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from plimsoll.errors import UsageError
from plimsoll.security.base64url import encoded
from plimsoll.security.client_assertions import (
    LONGEST_LIFE,
    Proof,
    check_assertion,
    client_of,
    public_keys,
)
from plimsoll.security.strict_claims import RefusedTokenError

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
AT = int(NOW.timestamp())
CLIENT = "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
GOOD: dict[str, Any] = {"iss": CLIENT, "sub": CLIENT, "aud": "us", "jti": "1", "iat": AT, "exp": AT + 60}
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
STRANGER = OKPKey.generate_key("Ed25519", {"kid": "ed"})
KNOWN = public_keys([key.as_dict(private=False) for key in (ED, EC, RSA)])


def signed(
    claims: dict[str, Any] | None = None,
    *,
    key: OKPKey | ECKey | RSAKey = ED,
    algorithm: str = "Ed25519",
    **header: Any,
) -> str:
    """Return an assertion."""
    said = {"alg": algorithm, "kid": key.kid, **header}
    return jwt.encode(said, dict(claims or GOOD), key, algorithms=[algorithm])


def check(token: str) -> Proof:
    """Check an assertion as the platform does."""
    return check_assertion(token, KNOWN, client=CLIENT, audience=frozenset({"us"}), now=NOW)


@pytest.mark.parametrize(
    ("key", "algorithm"), [(ED, "Ed25519"), (EC, "ES256"), (RSA, "PS256"), (RSA, "RS256")]
)
def test_keys_of_several_kinds_will_do(key: OKPKey | ECKey | RSAKey, algorithm: str) -> None:
    """Each with the algorithms that fit it."""
    token = signed(key=key, algorithm=algorithm)
    assert client_of(token) == CLIENT
    assert check(token) == Proof(CLIENT, "1", dt.datetime.fromtimestamp(AT + 60, dt.UTC))


def attacks() -> Iterator[tuple[str, str]]:
    """Yield assertions that must not count."""
    twists: dict[str, dict[str, Any]] = {
        "another issuer": {"iss": "somebody"},
        "another subject": {"sub": "somebody"},
        "another audience": {"aud": "them"},
        "several audiences": {"aud": ["us", "them"]},
        "expired": {"exp": AT},
        "not yet": {"nbf": AT + 3600},
        "issued later": {"iat": AT + 3600},
        "too long": {"exp": AT + 3600},
        "exp as text": {"exp": str(AT + 60)},
        "no name": {"jti": ""},
        "long name": {"jti": "x" * 201},
        "more": {"role": "administrator"},
    }
    for name, changes in twists.items():
        yield name, signed({**GOOD, **changes})
    for missing in ("iss", "sub", "aud", "jti", "exp"):
        yield f"no {missing}", signed({name: said for name, said in GOOD.items() if name != missing})
    yield "a stranger's key", signed(key=STRANGER)
    yield "typ", signed(typ="at+jwt")
    yield "jku", signed(jku="https://evil.example/jwks.json")
    yield "jwk", signed(jwk=STRANGER.as_dict(private=False))
    yield "unknown kid", signed(kid="other")
    yield "kid of another key", signed(kid="ec")
    header = encoded(json.dumps({"alg": "none", "kid": "ed"}).encode())
    yield "none", f"{header}.{encoded(json.dumps(GOOD).encode())}."
    public = json.dumps(KNOWN[0]).encode()
    shared = OctKey.import_key(public, {"kid": "ed"})
    yield "HS256", jwt.encode({"alg": "HS256", "kid": "ed"}, dict(GOOD), shared, algorithms=["HS256"])
    good = signed()
    yield "two parts", good.rpartition(".")[0]
    yield "padded", good + "=="
    yield "changed", good[:-10] + ("A" if good[-10] != "A" else "B") + good[-9:]
    yield "huge", good + "A" * 9000
    yield "nothing", ""


@pytest.mark.parametrize(("name", "token"), list(attacks()), ids=lambda value: str(value)[:20])
def test_an_attack_opens_nothing(name: str, token: str) -> None:
    """Each assertion of the matrix is refused."""
    with pytest.raises(RefusedTokenError):
        check(token)
    assert dt.timedelta(minutes=5) == LONGEST_LIFE, name


def test_only_what_is_needed_of_a_key_is_kept() -> None:
    """Kind, curve, name and numbers; nothing of what else somebody put into it."""
    noisy = {**ED.as_dict(private=False), "use": "sig", "x5u": "https://evil.example"}
    assert public_keys([noisy]) == [{name: KNOWN[0][name] for name in ("kty", "crv", "x", "kid")}]


@pytest.mark.parametrize(
    "key",
    [
        ED.as_dict(private=True),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "a"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "a"},
        {"kty": "OKP", "crv": "X25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a"},
        {**ED.as_dict(private=False), "kid": "../../a"},
        {**ED.as_dict(private=False), "x": "no base64!"},
        {**ED.as_dict(private=False), "x": "AAAA"},
        {name: said for name, said in ED.as_dict(private=False).items() if name != "kid"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "a"},
        {"kty": "RSA", "n": encoded(b"\xff" * 128), "e": "AQAB", "kid": "short"},
        {},
    ],
)
def test_an_unusable_key_is_refused(key: dict[str, Any]) -> None:
    """Private, shared, incomplete, short, or without a plain name."""
    with pytest.raises(UsageError):
        public_keys([key])


def test_names_of_keys_differ() -> None:
    """Else it would not be clear which one has signed; and there are ten at most."""
    with pytest.raises(UsageError):
        public_keys([ED.as_dict(private=False), STRANGER.as_dict(private=False)])
    with pytest.raises(UsageError):
        public_keys([{**ED.as_dict(private=False), "kid": f"k{number}"} for number in range(11)])
