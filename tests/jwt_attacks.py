"""Tokens that must open nothing: the known attacks on JWTs, each made from a good token and its key."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from plimsoll.security.base64url import decoded, encoded
from plimsoll.security.key_ring import SigningKey

__all__ = ["bodies", "forged", "headers", "parts", "signed"]


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a token."""
    header, claims, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


def signed(header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, key: SigningKey) -> str:
    """Return a token that is truly signed, whatever it says."""
    text = f"{_part(header)}.{_part(claims)}"
    return f"{text}.{encoded(Ed25519PrivateKey.from_private_bytes(key.private).sign(text.encode()))}"


def headers(token: str, key: SigningKey) -> Iterator[tuple[str, str]]:
    """Yield tokens whose header is an attack, by name; where it matters they are signed with the true key."""
    good, claims = parts(token)
    for name, changes in _HEADERS.items():
        yield name, signed({**good, **changes}, claims, key)
    for missing in good:
        yield f"no {missing}", signed({at: said for at, said in good.items() if at != missing}, claims, key)
    yield "key twice", signed(b'{"alg":"EdDSA",' + _json(good)[1:], claims, key)
    yield "header in another order", signed(json.dumps(good, separators=(", ", ": ")).encode(), claims, key)
    for algorithm in ("none", "None", "NONE", ""):
        text = f"{_part({**good, 'alg': algorithm})}.{_part(claims)}"
        yield f"alg {algorithm or 'empty'} unsigned", f"{text}."
        yield f"alg {algorithm or 'empty'} with the signature", f"{text}.{token.rpartition('.')[2]}"
    known = {"raw key": key.public, "key as text": encoded(key.public).encode(), "kid": key.kid.encode()}
    for name, secret in {**known, "nothing": b"", "a word": b"secret"}.items():
        text = f"{_part({**good, 'alg': 'HS256'})}.{_part(claims)}"
        yield f"HS256 with {name}", f"{text}.{encoded(_hmac(secret, text))}"


def bodies(token: str, key: SigningKey) -> Iterator[tuple[str, str]]:
    """Yield tokens that the true key has signed and that say what does not count, by name."""
    header, good = parts(token)
    now = good["iat"]
    for name, changes in {
        "expired": {"exp": now - 1, "iat": now - 301, "nbf": now - 301},
        "not yet": {"nbf": now + 3600},
        "issued in the future": {"iat": now + 3600, "exp": now + 3900},
        "exp as text": {"exp": str(good["exp"])},
        "exp as true": {"exp": True},
        "exp far away": {"exp": 10**20},
        "exp null": {"exp": None},
        "for ever": {"exp": now + 10**8},
        "an hour": {"exp": now + 3600},
        "another issuer": {"iss": "https://evil.example"},
        "another audience": {"aud": "somebody-else"},
        "several audiences": {"aud": [good["aud"], "somebody-else"]},
        "tenant is no id": {"tenant": "' OR 1=1 --"},
        "session is a list": {"session": [good["session"]]},
        "subject is a number": {"sub": 1},
        "empty subject": {"sub": ""},
        "another level": {"acr": "aal3"},
        "factors are a text": {"amr": "password"},
        "roles inside": {"roles": ["administrator"]},
        "confirmation inside": {"cnf": {"jkt": "x"}},
    }.items():
        yield name, signed(header, {**good, **changes}, key)
    for missing in good:
        yield f"no {missing}", signed(header, {at: said for at, said in good.items() if at != missing}, key)
    plain = _json(good)
    yield "claim twice", signed(header, b'{"sub":"user:eve",' + plain[1:], key)
    yield "fraction", signed(header, plain.replace(b'"nbf":', b'"nbf":0.5,"x":'), key)
    yield "not a number", signed(header, plain.replace(str(good["exp"]).encode(), b"NaN", 1), key)
    yield "a list", signed(header, b"[" + plain + b"]", key)
    yield "deep", signed(header, b"[" * 3000, key)
    yield "no text", signed(header, b"\xff\xfe", key)


def forged(token: str) -> Iterator[tuple[str, str]]:
    """Yield tokens that were tampered with, by name; nothing of a key is needed."""
    header, claims, signature = token.split(".")
    last = signature[:-1] + _other_bits(signature[-1])
    changes: dict[str, Callable[[], str]] = {
        "no signature": lambda: f"{header}.{claims}.",
        "two parts": lambda: f"{header}.{claims}",
        "four parts": lambda: f"{token}.{signature}",
        "five parts": lambda: f"{header}.a.b.c.d",
        "empty parts": lambda: "..",
        "padding": lambda: f"{token}==",
        "stray bits": lambda: f"{header}.{claims}.{last}",
        "a changed claim": lambda: f"{header}.{_flipped(claims)}.{signature}",
        "half a signature": lambda: f"{header}.{claims}.{signature[:43]}",
        "signature of zeros": lambda: f"{header}.{claims}.{encoded(bytes(64))}",
        "another alphabet": lambda: f"{header}.{claims}.{signature[:-4]}+/+/",
        "nine kilobytes": lambda: f"{header}.{claims}{'A' * 9000}.{signature}",
        "a key of somebody else": lambda: _with_other_key(header, claims),
    }
    for name, change in changes.items():
        yield name, change()


_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "jku": {"jku": "https://evil.example/jwks.json"},
    "x5u": {"x5u": "https://evil.example/chain.pem"},
    "x5c": {"x5c": ["MIIB"]},
    "jwk": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}},
    "crit": {"crit": ["exp"], "exp": 1},
    "unknown crit": {"crit": ["b64"], "b64": False},
    "content type": {"cty": "JWT"},
    "compressed": {"zip": "DEF"},
    "kid traversal": {"kid": "../../../../dev/null"},
    "kid sql": {"kid": "x' UNION SELECT 'secret' --"},
    "kid url": {"kid": "https://evil.example/key"},
    "kid list": {"kid": ["a"]},
    "kid null": {"kid": None},
    "kid long": {"kid": "k" * 4000},
    "typ JWT": {"typ": "JWT"},
    "typ refresh": {"typ": "rt+jwt"},
    "typ pending": {"typ": "mfa+jwt"},
    "typ upper": {"typ": "AT+JWT"},
    "alg RS256": {"alg": "RS256"},
    "alg ES256": {"alg": "ES256"},
    "alg PS256": {"alg": "PS256"},
    "alg Ed25519": {"alg": "Ed25519"},
    "alg list": {"alg": ["EdDSA"]},
}


def _part(content: Mapping[str, Any] | bytes) -> str:
    return encoded(content if isinstance(content, bytes) else _json(content))


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def _hmac(secret: bytes, text: str) -> bytes:
    return hmac.digest(secret, text.encode(), hashlib.sha256)


def _flipped(text: str) -> str:
    return text[:20] + ("A" if text[20] != "A" else "B") + text[21:]


def _other_bits(last: str) -> str:
    """Return another last character of 64 bytes that many decoders take for the same."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(last) ^ 1]


def _with_other_key(header: str, claims: str) -> str:
    other = Ed25519PrivateKey.generate()
    return f"{header}.{claims}.{encoded(other.sign(f'{header}.{claims}'.encode()))}"
