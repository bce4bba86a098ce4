"""The messages about roles."""

from plimsoll.wire.roles import NewRole, Role, RoleChanges, Roles
from wire_examples import survives


def test_examples_are_valid() -> None:
    """Each example of the document is a message."""
    assert survives(NewRole)
    assert survives(Role)
    assert survives(RoleChanges)
    assert survives(Roles)
