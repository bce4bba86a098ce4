"""Channels on the wire."""

import pytest

from plimsoll.wire.channels import (
    Channel,
    ChannelChanges,
    ChannelPage,
    ChannelTrial,
    NewChannel,
    QuietHours,
)
from plimsoll.wire.model import WireModel
from wire_examples import survives


@pytest.mark.parametrize(
    "model", [Channel, ChannelChanges, ChannelPage, ChannelTrial, NewChannel, QuietHours]
)
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


def test_the_url_is_not_shown() -> None:
    """Only the message that brings it has a field for it."""
    assert "url" not in Channel.model_fields
