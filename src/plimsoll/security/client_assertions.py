"""Programs that show who they are by a key of their own (``private_key_jwt``, RFC 7523); it is never sent."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from plimsoll.errors import UsageError
from plimsoll.security.base64url import decoded
from plimsoll.security.strict_claims import RefusedTokenError, claims_of, instant, text

__all__ = ["ALGORITHMS", "LONGEST_LIFE", "Proof", "check_assertion", "client_of", "public_keys"]

ALGORITHMS = ("ES256", "ES384", "Ed25519", "EdDSA", "PS256", "RS256")
"""By which assertions may be signed: never by a secret that both sides know."""

LONGEST_LIFE = dt.timedelta(minutes=5)
_MOST_BYTES = 8 * 1024
_SKEW = dt.timedelta(seconds=30)  # between the clock of a client and ours
_MOST_KEYS = 10
_LEAST_RSA_BITS = 2048
_KID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_HEADER = frozenset({"alg", "kid", "typ"})
_CLAIMS = frozenset({"iss", "sub", "aud", "jti", "iat", "nbf", "exp"})
_SHAPES: Mapping[tuple[str, str], frozenset[str]] = {
    ("OKP", "Ed25519"): frozenset({"x"}),
    ("EC", "P-256"): frozenset({"x", "y"}),
    ("EC", "P-384"): frozenset({"x", "y"}),
    ("RSA", ""): frozenset({"n", "e"}),
}
_FITTING: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("OKP", "Ed25519"): ("Ed25519", "EdDSA"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("RSA", ""): ("PS256", "RS256"),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a program says about itself.

    Parameters
    ----------
    client
        Who it is.
    token_id
        Of this assertion, which counts once.
    expires_at
        Until when it would.
    """

    client: str
    token_id: str
    expires_at: dt.datetime


def public_keys(keys: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return public keys of a program as they are kept, reduced to what they need to have.

    Parameters
    ----------
    keys
        JSON Web Keys, each with a ``kid``: Ed25519, P-256, P-384, or RSA from 2048 bits.

    Raises
    ------
    UsageError
        If one is private, unusable, or has the name of another.
    """
    found = [_public_key(key) for key in keys]
    if len({key["kid"] for key in found}) < len(found) or len(found) > _MOST_KEYS:
        raise UsageError("the public keys cannot be used", remedy="Give up to ten, each with its own kid.")
    return found


def client_of(token: str) -> str:
    """Return who an assertion is said to be of, before anything is known to be true.

    Raises
    ------
    RefusedTokenError
        If it does not say.
    """
    if len(token) > _MOST_BYTES or token.count(".") != 2:
        raise RefusedTokenError("size")
    return text(claims_of(_part(token.split(".")[1])), "sub")


def check_assertion(
    token: str, keys: Sequence[Mapping[str, Any]], *, client: str, audience: frozenset[str], now: dt.datetime
) -> Proof:
    """Return what an assertion says, if one of the client's keys has signed it and it is meant for us, now.

    Parameters
    ----------
    token
        What was sent.
    keys
        Of the client, as `public_keys` returns them; no other key is ever used.
    client
        Whose it must be.
    audience
        Names of ours; it must be for one of them.
    now
        The time.

    Raises
    ------
    RefusedTokenError
        If it does not count.
    """
    if len(token) > _MOST_BYTES or token.count(".") != 2:
        raise RefusedTokenError("size")
    header = claims_of(_part(token.partition(".")[0]))
    if not header.keys() <= _HEADER or header.get("typ", "JWT") not in ("JWT", "client-authentication+jwt"):
        raise RefusedTokenError("header")
    algorithm, kid = text(header, "alg"), text(header, "kid")
    key = next((known for known in keys if known["kid"] == kid), None)
    if key is None or algorithm not in _FITTING[_shape(key)]:
        raise RefusedTokenError("key")
    claims = claims_of(_verified(token, key, algorithm))
    if not claims.keys() <= _CLAIMS or text(claims, "iss") != client or text(claims, "sub") != client:
        raise RefusedTokenError("claims")
    if text(claims, "aud") not in audience:
        raise RefusedTokenError("purpose")
    return Proof(client, _token_id(claims), _lives_until(claims, now))


def _lives_until(claims: Mapping[str, Any], now: dt.datetime) -> dt.datetime:
    expires = instant(claims, "exp")
    starts = [instant(claims, name) for name in ("iat", "nbf") if name in claims]
    if now >= expires or any(start > now + _SKEW for start in starts):
        raise RefusedTokenError("time")
    if expires - now > LONGEST_LIFE + _SKEW:
        raise RefusedTokenError("life")
    return expires


def _token_id(claims: Mapping[str, Any]) -> str:
    token_id = text(claims, "jti")
    if len(token_id) > 200:
        raise RefusedTokenError("claims")
    return token_id


def _verified(token: str, key: Mapping[str, Any], algorithm: str) -> bytes:
    signed, _, signature = token.rpartition(".")
    if key["kty"] == "OKP":  # directly: joserfc warns of the older of the two names that clients use
        try:
            public = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
            public.verify(_part(signature), signed.encode())
        except (InvalidSignature, ValueError):
            raise RefusedTokenError("signature") from None
        return _part(signed.partition(".")[2])
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    try:
        return jws.deserialize_compact(token, import_key(dict(key)), algorithms=[algorithm]).payload
    except (JoseError, ValueError):
        raise RefusedTokenError("signature") from None


def _part(text: str) -> bytes:
    try:
        return decoded(text)
    except ValueError:
        raise RefusedTokenError("base64") from None


def _shape(key: Mapping[str, Any]) -> tuple[str, str]:
    return str(key.get("kty")), str(key.get("crv", ""))


def _public_key(key: Mapping[str, Any]) -> dict[str, str]:
    remedy = "Give the public half of an Ed25519, P-256, P-384 or RSA key as a JSON Web Key with a kid."
    needed = _SHAPES.get(_shape(key))
    kid = key.get("kid")
    if needed is None or "d" in key or not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise UsageError("a public key cannot be used", remedy=remedy)
    found = {name: str(key.get(name, "")) for name in ("kty", "crv", *sorted(needed)) if key.get(name)}
    try:
        sizes = {name: len(decoded(found[name])) for name in needed}
        if sizes.get("n", _LEAST_RSA_BITS) * 8 < _LEAST_RSA_BITS:
            raise UsageError("a public key is too short", remedy="RSA takes 2048 bits or more.")
        _import(found)
    except (KeyError, ValueError):
        raise UsageError("a public key cannot be used", remedy=remedy) from None
    return {**found, "kid": kid}


def _import(key: Mapping[str, str]) -> None:
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    try:
        import_key(dict(key))
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError("this is no key") from error
