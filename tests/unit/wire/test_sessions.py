"""Sessions as messages."""

import pytest

from plimsoll.wire.sessions import Me, MyChanges, NewEmail, NewPassword, Session, SessionPage, StepUpProof
from wire_examples import survives


@pytest.mark.parametrize("model", [Me, MyChanges, NewEmail, NewPassword, Session, SessionPage, StepUpProof])
def test_examples_are_messages(model: type[Session]) -> None:
    """Each example survives a journey as JSON."""
    assert survives(model)


def test_a_session_shows_no_token() -> None:
    """Nothing by which somebody else could use it."""
    assert not {"token", "digest"} & set(Session.model_fields)
