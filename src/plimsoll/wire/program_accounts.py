"""Service accounts, and the API keys by which programs are known."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Flag, Name, Whole, WireModel, example
from plimsoll.wire.page import Page

__all__ = [
    "ApiKey",
    "ApiKeyPage",
    "ApiKeyWithSecret",
    "NewApiKey",
    "NewServiceAccount",
    "PublicKey",
    "ServiceAccount",
    "ServiceAccountChanges",
    "ServiceAccountPage",
]

_KID = "nightly-2026"
_JWK: dict[str, Any] = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": _KID,
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
_ACCOUNT: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "name": "nightly",
    "permissions": ["runs:read", "runs:start"],
    "kids": [_KID],
    "created_at": "2026-06-30T07:00:00.000000Z",
    "created_by": "local",
    "disabled_at": None,
    "version": 1,
    "etag": "1-9f86d081884c7d65",
}
_KEY: dict[str, Any] = {
    "id": "0197a3c2-5a20-7f11-8d5b-6a1c8e103a1c",
    "account_id": _ACCOUNT["id"],
    "name": "on the batch server",
    "prefix": "plk_Jx0vQa",
    "permissions": ["runs:read"],
    "portfolios": ["0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"],
    "desks": None,
    "canary": False,
    "created_at": "2026-06-30T07:00:00.000000Z",
    "created_by": "local",
    "expires_at": "2026-09-28T07:00:00.000000Z",
    "last_used_at": None,
    "revoked_at": None,
}
_SHOWN = "plk_Jx0vQa" + "A" * 37

_Permissions = tuple[Annotated[str, Field(max_length=100)], ...]
_Parameter = Annotated[str, Field(max_length=2000)]


_Bounds = (
    Annotated[
        tuple[UUID, ...],
        Field(
            min_length=1,
            max_length=100,
            description="Hold the key to these and what lies below; null in both for no bound",
        ),
    ]
    | None
)


class PublicKey(WireModel):
    """The public half of a key of a program (RFC 7517): Ed25519, P-256, P-384, or RSA from 2048 bits."""

    model_config = example(_JWK)

    kty: Annotated[str, Field(max_length=10)]
    kid: Annotated[str, Field(max_length=100, description="Its name, which assertions give")]
    crv: Annotated[str, Field(max_length=20)] | None = None
    x: _Parameter | None = None
    y: _Parameter | None = None
    n: _Parameter | None = None
    e: Annotated[str, Field(max_length=20)] | None = None
    use: Annotated[str, Field(max_length=20)] | None = None
    alg: Annotated[str, Field(max_length=20)] | None = None


_PublicKeys = Annotated[tuple[PublicKey, ...], Field(max_length=10, description="By which it may sign in")]


class NewServiceAccount(WireModel):
    """A service account to be made."""

    model_config = example({"name": "nightly", "permissions": ["runs:read", "runs:start"]})

    name: Name
    permissions: Annotated[
        _Permissions,
        Field(max_length=200, description="What it is granted in the whole tenant, by a role of its own"),
    ] = ()
    public_keys: _PublicKeys = ()


class ServiceAccountChanges(WireModel):
    """What is to be different; what is left out stays. Its sign-ins end with every change."""

    model_config = example({"disabled": True})

    disabled: Flag | None = None
    public_keys: _PublicKeys | None = None


class ServiceAccount(WireModel):
    """A program that is somebody."""

    model_config = example(_ACCOUNT)

    id: UUID
    name: str
    permissions: tuple[str, ...] = Field(description="What it may do somewhere in the tenant, by its grants")
    kids: tuple[str, ...] = Field(description="Names of its public keys")
    created_at: AwareDatetime
    created_by: str
    disabled_at: AwareDatetime | None = Field(description="Null while it is in use")
    version: int = Field(ge=1, description="Counts its changes, those of what it may do apart")
    etag: str = Field(description="For If-Match: another one whenever the account or what it may do changes")


class ServiceAccountPage(Page[ServiceAccount]):
    """One page of service accounts."""

    model_config = example({"items": [_ACCOUNT], "next": None})


class NewApiKey(WireModel):
    """An API key to be made."""

    model_config = example({"name": "on the batch server", "permissions": ["runs:read"], "days": 90})

    name: Name
    permissions: (
        Annotated[
            _Permissions,
            Field(max_length=200, description="Null for all that the account may, now and later"),
        ]
        | None
    ) = None
    portfolios: _Bounds = None
    desks: _Bounds = None
    days: Annotated[Whole, Field(ge=1, le=366, description="Until it ends")] = 90
    canary: Annotated[
        Flag, Field(description="Whether it is bait: it opens nothing, and its use raises an alarm")
    ] = False


class ApiKey(WireModel):
    """An API key, without the key itself."""

    model_config = example(_KEY)

    id: UUID
    account_id: UUID
    name: str
    prefix: str | None = Field(description="How it begins; null for one that was made before this was kept")
    permissions: tuple[str, ...] | None = Field(
        description="What it may do, where its account may; null for all that its account may"
    )
    portfolios: tuple[UUID, ...] | None = Field(
        description="Where, as far as its account may: there and below; null in both for no bound"
    )
    desks: tuple[UUID, ...] | None = Field(
        description="Ids of teams: also on what they own, now and later, and below"
    )
    canary: bool
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    last_used_at: AwareDatetime | None = Field(description="To within five minutes")
    revoked_at: AwareDatetime | None = Field(description="Null while it is in use")


class ApiKeyWithSecret(ApiKey):
    """An API key that was just made: the key itself is shown this once."""

    model_config = example({**_KEY, "key": _SHOWN})

    key: str = Field(description="Sent as a bearer token")


class ApiKeyPage(Page[ApiKey]):
    """One page of API keys."""

    model_config = example({"items": [_KEY], "next": None})
