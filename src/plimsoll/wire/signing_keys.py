"""The keys by which access tokens are signed."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Flag, WireModel, example

__all__ = ["JsonWebKey", "JsonWebKeySet", "KeyRotation", "SigningKeyInfo", "SigningKeys"]

_JWK: dict[str, Any] = {
    "kty": "OKP",
    "crv": "Ed25519",
    "use": "sig",
    "alg": "EdDSA",
    "kid": "wl85p709ABAkrjmxtm70lg",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
_KEY: dict[str, Any] = {
    "kid": "wl85p709ABAkrjmxtm70lg",
    "state": "active",
    "created_at": "2026-06-29T07:00:00.000000Z",
    "active_from": "2026-06-30T07:00:00.000000Z",
}


class JsonWebKey(WireModel):
    """A public key (RFC 7517, RFC 8037)."""

    model_config = example(_JWK)

    kty: str
    crv: str
    use: str
    alg: str
    kid: str
    x: str


class JsonWebKeySet(WireModel):
    """The public keys by which access tokens can be checked."""

    model_config = example({"keys": [_JWK]})

    keys: tuple[JsonWebKey, ...]


class SigningKeyInfo(WireModel):
    """One key of the ring and what it does."""

    model_config = example(_KEY)

    kid: str
    state: Literal["pending", "active", "retiring", "ended"]
    created_at: AwareDatetime = Field(description="Since when it is published")
    active_from: AwareDatetime = Field(description="From when it signs")


class SigningKeys(WireModel):
    """The keys that were not revoked, the newest first."""

    model_config = example({"keys": [_KEY]})

    keys: tuple[SigningKeyInfo, ...]


class KeyRotation(WireModel):
    """How another key takes over."""

    model_config = example({"emergency": False})

    emergency: Annotated[
        Flag, Field(description="Whether all tokens end at once; else the new key takes over after an hour")
    ] = False
