"""Access tokens: JWTs (RFC 9068) that live for five minutes, signed by a key of the ring.

Only our own tokens are accepted, so that a token has one possible header for each key: it is compared as a
whole. Whatever else a header may say (``none``, another algorithm, ``jku``, ``jwk``, ``x5u``, ``crit``, a
path as ``kid``) is never interpreted.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from plimsoll.security.base64url import decoded, encoded
from plimsoll.security.key_ring import SigningRing
from plimsoll.security.strict_claims import RefusedTokenError, claims_of, instant, text

__all__ = [
    "ACCESS_LIFE",
    "AUDIENCE",
    "ISSUER",
    "MOST_BYTES",
    "TokenClaims",
    "check_access",
    "is_signed",
    "issue_access",
    "may_count",
]

ACCESS_LIFE = dt.timedelta(minutes=5)
MOST_BYTES = 8 * 1024
ISSUER = "plimsoll"
AUDIENCE = "plimsoll-risk-api"

_TYPE = "at+jwt"
_SKEW = dt.timedelta(seconds=10)  # between the clocks of two instances
_CLAIMS = frozenset(
    {"iss", "aud", "sub", "tenant", "session", "jti", "iat", "nbf", "exp", "auth_time", "acr", "amr"}
)
_LEVELS = frozenset({"aal1", "aal2"})
_LONGEST_HEADER = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """Who holds an access token; what they may do is looked up, not written in it.

    Parameters
    ----------
    subject
        The id of the principal.
    tenant, session
        Whose data they see, and in which session: when that ends, the token counts no more.
    token_id
        Of this very token.
    issued_at, expires_at
        Whole seconds, UTC.
    authenticated_at
        When they last showed who they are.
    factors
        How.
    """

    subject: str
    tenant: UUID
    session: UUID
    token_id: UUID
    issued_at: dt.datetime
    expires_at: dt.datetime
    authenticated_at: dt.datetime
    factors: frozenset[str] = frozenset()

    @property
    def level(self) -> str:
        """The authenticator assurance level of NIST SP 800-63B: two factors, or one."""
        return "aal2" if len(self.factors) > 1 else "aal1"


def issue_access(claims: TokenClaims, ring: SigningRing, now: dt.datetime) -> str:
    """Return a signed token.

    Parameters
    ----------
    claims
        What it says.
    ring
        The key that is active signs.
    now
        The time.

    Raises
    ------
    UnavailableError
        If no key is active.
    """
    key = ring.signer(now)
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": claims.subject,
        "tenant": str(claims.tenant),
        "session": str(claims.session),
        "jti": str(claims.token_id),
        "iat": int(claims.issued_at.timestamp()),
        "nbf": int(claims.issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
        "auth_time": int(claims.authenticated_at.timestamp()),
        "acr": claims.level,
        "amr": sorted(claims.factors),
    }
    signed = f"{_header(key.kid)}.{encoded(_json(said))}"
    signature = Ed25519PrivateKey.from_private_bytes(key.private).sign(signed.encode())
    return f"{signed}.{encoded(signature)}"


def check_access(token: str, ring: SigningRing, now: dt.datetime) -> TokenClaims:
    """Return what a token says, if it is one of ours and counts now.

    Parameters
    ----------
    token
        What a client has sent.
    ring
        Keys are looked up in it alone, in memory.
    now
        The time.

    Raises
    ------
    RefusedTokenError
        If it is not.
    """
    return _checked(claims_of(_signed(token, ring, now)), now)


def is_signed(token: str, ring: SigningRing, now: dt.datetime) -> bool:
    """Return whether a token was made by us, whether it counts or not: no guess, but perhaps too late.

    Parameters
    ----------
    token, ring, now
        As for `check_access`.
    """
    try:
        _signed(token, ring, now)
    except RefusedTokenError:
        return False
    return True


def may_count(token: str, ring: SigningRing, now: dt.datetime) -> bool:
    """Return whether a token could count now: quick, and not asking whether it is true.

    For tokens that :func:`check_access` has let through a moment ago: their key may be revoked, or their time
    be over.

    Parameters
    ----------
    token, ring, now
        As for `check_access`.
    """
    header, _, rest = token.partition(".")
    try:
        if len(token) > MOST_BYTES or ring.public(_kid(header), now) is None:
            return False
        return now < instant(claims_of(decoded(rest.partition(".")[0])), "exp")
    except (RefusedTokenError, ValueError):
        return False


def _signed(token: str, ring: SigningRing, now: dt.datetime) -> bytes:
    """Return what a token says whose signature is right."""
    if len(token) > MOST_BYTES:
        raise RefusedTokenError("size")
    header, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    key = ring.public(_kid(header), now)
    if key is None:
        raise RefusedTokenError("key")
    try:
        key.verify(decoded(signature), f"{header}.{payload}".encode("ascii"))
        return decoded(payload)
    except (InvalidSignature, ValueError):
        raise RefusedTokenError("signature") from None


def _checked(said: Mapping[str, Any], now: dt.datetime) -> TokenClaims:
    if said.keys() != _CLAIMS:
        raise RefusedTokenError("claims")
    if text(said, "iss") != ISSUER or text(said, "aud") != AUDIENCE or text(said, "acr") not in _LEVELS:
        raise RefusedTokenError("purpose")
    issued, expires = instant(said, "iat"), instant(said, "exp")
    if now >= expires or instant(said, "nbf") > now + _SKEW or issued > now + _SKEW:
        raise RefusedTokenError("time")
    if expires - issued > ACCESS_LIFE:
        raise RefusedTokenError("life")
    factors = said["amr"]
    if not isinstance(factors, list) or not all(isinstance(factor, str) for factor in factors):
        raise RefusedTokenError("claims")
    try:
        tenant, session, token_id = (UUID(text(said, name)) for name in ("tenant", "session", "jti"))
    except ValueError:
        raise RefusedTokenError("claims") from None
    return TokenClaims(
        subject=text(said, "sub"),
        tenant=tenant,
        session=session,
        token_id=token_id,
        issued_at=issued,
        expires_at=expires,
        authenticated_at=instant(said, "auth_time"),
        factors=frozenset(factors),
    )


def _kid(header: str) -> str:
    """Return the name of the key, if this is the header that we write for it."""
    try:
        said = json.loads(decoded(header[:_LONGEST_HEADER]))
        kid = said["kid"]
        if isinstance(kid, str) and header == _header(kid):
            return kid
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise RefusedTokenError("header")


def _header(kid: str) -> str:
    return encoded(_json({"alg": "EdDSA", "kid": kid, "typ": _TYPE}))


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
