"""Webhooks on the wire."""

import pytest

from plimsoll.wire.model import WireModel
from plimsoll.wire.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryPage,
    NewWebhook,
    Replayed,
    ReplayRange,
    Webhook,
    WebhookPage,
    WebhookWithSecret,
)
from wire_examples import survives

MODELS = [
    *(Delivery, DeliveryAttempt, DeliveryPage, NewWebhook, Replayed, ReplayRange),
    *(Webhook, WebhookPage, WebhookWithSecret),
]


@pytest.mark.parametrize("model", MODELS)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
