"""Permissions and principals."""

import re
from uuid import UUID

from plimsoll.security.permissions import Permission, Principal


def test_each_permission_names_a_resource_and_an_action() -> None:
    """A permission reads resource:action, so that roles can be written down."""
    assert all(re.fullmatch(r"[a-z-]+:[a-z]+", permission.value) for permission in Permission)


def test_a_principal_may_do_what_was_given_and_nothing_else() -> None:
    """There is no permission that includes another."""
    for given in Permission:
        principal = Principal("a", UUID(int=1), "A", frozenset({given}))
        assert [permission for permission in Permission if principal.may(permission)] == [given]
