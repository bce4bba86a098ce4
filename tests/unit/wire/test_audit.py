"""The audit on the wire."""

import pytest

from plimsoll.wire.audit import AuditEvent, AuditEventPage, AuditKeyRotation, AuditVerification
from plimsoll.wire.model import WireModel
from wire_examples import survives


@pytest.mark.parametrize("model", [AuditEvent, AuditEventPage, AuditKeyRotation, AuditVerification])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)
