"""How the secrets of a tenant are sealed."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import WireModel, example

__all__ = ["DataKey", "SealedColumn", "Sealing"]

_KEY: dict[str, Any] = {
    "purpose": "seal",
    "number": 1,
    "provider": "local",
    "master": "9f86d081884c7d65",
    "created_at": "2026-06-30T07:00:00.000000Z",
    "active_from": "2026-06-30T07:00:00.000000Z",
    "retired_at": None,
}
_COLUMN: dict[str, Any] = {"name": "webhooks.secret", "secrets": 3, "stale": 0}


class DataKey(WireModel):
    """A data key; the key itself is never shown."""

    model_config = example(_KEY)

    purpose: Literal["seal", "index"] = Field(description="It seals secrets, or finds them by an index")
    number: int = Field(ge=1, description="From 1 on, for each purpose")
    provider: str = Field(description="Who holds the master key that wraps it")
    master: str = Field(description="Which master key wraps it")
    created_at: AwareDatetime
    active_from: AwareDatetime = Field(description="It seals from this instant on")
    retired_at: AwareDatetime | None = Field(
        description="When another one had taken its place; it is destroyed when nothing needs it any more"
    )


class SealedColumn(WireModel):
    """The secrets of one kind."""

    model_config = example(_COLUMN)

    name: str = Field(description="Table and column")
    secrets: int = Field(ge=0)
    stale: int = Field(ge=0, description="How many are not under the key of now yet")


class Sealing(WireModel):
    """How the secrets of a tenant are sealed."""

    model_config = example(
        {
            "provider": "local",
            "master": "9f86d081884c7d65",
            "problem": "",
            "number": 1,
            "keys": [_KEY],
            "columns": [_COLUMN],
        }
    )

    provider: str = Field(description="Who holds the master key")
    master: str | None = Field(description="Which master key wraps now; null while it cannot be reached")
    problem: str = Field(description="Why the provider cannot be reached; empty if it can")
    number: int = Field(ge=1, description="Of the key that seals now")
    keys: tuple[DataKey, ...]
    columns: tuple[SealedColumn, ...]
