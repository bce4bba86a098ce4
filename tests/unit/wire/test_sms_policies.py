"""Codes by SMS on the wire."""

import pytest
from pydantic import ValidationError

from plimsoll.wire.model import WireModel
from plimsoll.wire.sms_policies import NewTelephone, SmsPolicy, SmsSent
from wire_examples import examples, survives


@pytest.mark.parametrize("model", [NewTelephone, SmsPolicy, SmsSent])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


@pytest.mark.parametrize(
    "fields",
    [{"countries": ["de"]}, {"monthly_cents": -1}, {"message_cents": 0}, {"enabled": 1}, {"version": True}],
    ids=str,
)
def test_a_rule_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    """Countries as ISO writes them, money that is not negative, and a price that counts."""
    with pytest.raises(ValidationError):
        SmsPolicy.model_validate({**examples(SmsPolicy)[0], **fields})
