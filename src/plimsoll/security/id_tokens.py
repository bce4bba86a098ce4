"""What an identity provider says about somebody (OpenID Connect): checked before any of it is believed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.security.base64url import decoded
from plimsoll.security.strict_claims import RefusedTokenError, claims_of, instant, text

__all__ = ["Identity", "check_id_token"]

_MOST_BYTES = 16 * 1024
_LONGEST = dt.timedelta(hours=24)
_SKEW = dt.timedelta(seconds=60)
_BY_TYPE: Mapping[str, frozenset[str]] = {
    "RSA": frozenset({"RS256", "PS256"}),
    "EC": frozenset({"ES256", "ES384"}),
    "OKP": frozenset({"Ed25519"}),
}
_SEVERAL = frozenset(
    {
        "mfa",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
    }
)
"""Contexts of authentication that mean several factors."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody, as a provider knows them.

    Parameters
    ----------
    subject
        Their name there, for good.
    email
        Only if the provider says that it has checked it; else empty.
    by_several
        Whether the provider says that they have shown more than one factor.
    """

    subject: str
    email: str
    by_several: bool = False


def check_id_token(
    token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: dt.datetime
) -> Identity:
    """Return whom an ID token is about, if the provider has signed it, for us, for this very sign-in.

    Parameters
    ----------
    token
        As the provider's token endpoint gave it.
    keys
        The provider's JSON Web Key Set; no other key is ever used.
    issuer, client_id, nonce
        What must be in it.
    now
        The time.

    Raises
    ------
    RefusedTokenError
        If it does not count.
    """
    claims = claims_of(_verified(token, keys))
    audience = claims.get("aud")
    if text(claims, "iss") != issuer or audience not in (client_id, [client_id]):
        raise RefusedTokenError("purpose")
    if claims.get("azp", client_id) != client_id or text(claims, "nonce") != nonce:
        raise RefusedTokenError("nonce")
    issued, expires = instant(claims, "iat"), instant(claims, "exp")
    if not issued - _SKEW <= now < expires + _SKEW or now - issued > _LONGEST:
        raise RefusedTokenError("time")
    subject = text(claims, "sub")
    if len(subject) > 255 or not subject.isprintable():
        raise RefusedTokenError("claims")
    email = text(claims, "email") if claims.get("email_verified") is True else ""
    return Identity(subject, email, _by_several(claims))


def _by_several(claims: Mapping[str, Any]) -> bool:
    """Return whether ``amr`` (RFC 8176) or ``acr`` says so in so many words."""
    methods, context = claims.get("amr"), claims.get("acr")
    named = isinstance(methods, list) and "mfa" in methods
    return named or (isinstance(context, str) and context in _SEVERAL)


def _verified(token: str, keys: Mapping[str, Any]) -> bytes:
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    if len(token) > _MOST_BYTES or token.count(".") != 2:
        raise RefusedTokenError("size")
    try:
        header = claims_of(decoded(token.partition(".")[0]))
        key = _key(keys, text(header, "kid"))
        algorithm = text(header, "alg")
        if algorithm not in _BY_TYPE.get(str(key.get("kty")), ()) or key.get("use", "sig") != "sig":
            raise RefusedTokenError("key")
        return jws.deserialize_compact(token, import_key(dict(key)), algorithms=[algorithm]).payload
    except (JoseError, ValueError, TypeError):
        raise RefusedTokenError("signature") from None


def _key(keys: Mapping[str, Any], kid: str) -> Mapping[str, Any]:
    found = keys.get("keys")
    for key in found if isinstance(found, list) else ():
        if isinstance(key, dict) and key.get("kid") == kid:
            return key
    raise RefusedTokenError("key")
