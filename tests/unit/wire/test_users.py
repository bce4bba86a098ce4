"""People as messages."""

import pytest
from pydantic import ValidationError

from plimsoll.wire.users import Invited, NewUser, User, UserChanges, UserPage
from wire_examples import survives


@pytest.mark.parametrize("model", [Invited, NewUser, User, UserChanges, UserPage])
def test_examples_are_messages(model: type[User]) -> None:
    """Each example survives a journey as JSON."""
    assert survives(model)


def test_nobody_makes_themselves_more_than_they_are() -> None:
    """There is no field for rights, a password or another tenant."""
    for name in ("administrator", "password", "tenant_id", "permissions", "roles", "epoch"):
        with pytest.raises(ValidationError):
            NewUser.model_validate({"name": "A", "email": "a@example.com", name: "x"})
        with pytest.raises(ValidationError):
            UserChanges.model_validate({name: "x"})
