"""Webhooks: where events are sent, and what became of each."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import WireModel, example
from plimsoll.wire.page import Page

__all__ = [
    "Delivery",
    "DeliveryAttempt",
    "DeliveryPage",
    "NewWebhook",
    "ReplayRange",
    "Replayed",
    "Webhook",
    "WebhookPage",
    "WebhookWithSecret",
]

_WEBHOOK: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "url": "https://example.com/hooks/risk",
    "kinds": ["alert.raised"],
    "created_at": "2026-06-30T07:00:00.000000Z",
    "created_by": "local",
    "old_secret_until": None,
    "disabled_at": None,
    "disabled_reason": None,
    "version": 1,
}
_ATTEMPT: dict[str, Any] = {"at": "2026-06-30T07:00:00.000000Z", "status": 204, "error": None}
_DELIVERY: dict[str, Any] = {
    "id": "0197a3c2-6000-7000-8d5b-6a1c8e103a1c",
    "webhook_id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "event_id": "0197a3c2-5a20-7f11-8d5b-6a1c8e103a1c",
    "replay": 0,
    "status": "delivered",
    "attempts": [_ATTEMPT],
    "created_at": "2026-06-30T07:00:00.000000Z",
    "finished_at": "2026-06-30T07:00:00.000000Z",
}


class NewWebhook(WireModel):
    """A webhook to be made."""

    model_config = example({"url": "https://example.com/hooks/risk", "kinds": ["alert.raised"]})

    url: Annotated[str, Field(min_length=1, max_length=2000, description="Where to; https")]
    kinds: Annotated[
        tuple[Annotated[str, Field(max_length=100)], ...],
        Field(max_length=50, description="Of events; none for all"),
    ] = ()


class Webhook(WireModel):
    """Where events are sent."""

    model_config = example(_WEBHOOK)

    id: UUID
    url: str
    kinds: tuple[str, ...] = Field(description="Of events; none for all")
    created_at: AwareDatetime
    created_by: str
    old_secret_until: AwareDatetime | None = Field(description="Until when the secret before signs as well")
    disabled_at: AwareDatetime | None = Field(description="Null while it is in use")
    disabled_reason: str | None
    version: int = Field(ge=1, description="Counts its changes; the ETag is made of it")


class WebhookWithSecret(Webhook):
    """A webhook and its secret, which is shown this once."""

    model_config = example({**_WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})

    secret: str = Field(description="By which the receiver checks the signatures")


class WebhookPage(Page[Webhook]):
    """One page of webhooks."""

    model_config = example({"items": [_WEBHOOK], "next": None})


class DeliveryAttempt(WireModel):
    """One try."""

    model_config = example(_ATTEMPT)

    at: AwareDatetime
    status: int | None = Field(description="HTTP status of the answer; null if none came")
    error: str | None


class Delivery(WireModel):
    """One event on its way to one webhook."""

    model_config = example(_DELIVERY)

    id: UUID
    webhook_id: UUID
    event_id: UUID = Field(description="Also the `webhook-id` that the receiver sees")
    replay: int = Field(ge=0, description="0 for the first delivery of the event")
    status: Literal["pending", "delivered", "failed"]
    attempts: tuple[DeliveryAttempt, ...]
    created_at: AwareDatetime
    finished_at: AwareDatetime | None


class DeliveryPage(Page[Delivery]):
    """One page of deliveries, the last made first."""

    model_config = example({"items": [_DELIVERY], "next": None})


class ReplayRange(WireModel):
    """Which deliveries are to be made once more."""

    model_config = example({"since": "2026-06-30T00:00:00Z", "until": "2026-07-01T00:00:00Z"})

    since: AwareDatetime = Field(description="The first instant")
    until: AwareDatetime = Field(description="The first instant after the range")


class Replayed(WireModel):
    """What is sent once more."""

    model_config = example({"deliveries": 3})

    deliveries: int = Field(ge=0, description="How many; what is on its way already is not sent again")
