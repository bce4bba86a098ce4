"""The roles that ship."""

import os
import re
from pathlib import Path

from plimsoll.security.permissions import Permission
from plimsoll.security.roles import IN_PORTFOLIOS, PRIVILEGED, ROLES, Role, is_privileged, matrix, named

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "roles.md"


def test_every_role_is_in_the_table() -> None:
    """Each role that ships has permissions, and an administrator has all there are."""
    assert set(ROLES) == set(Role)
    assert all(ROLES.values())
    assert ROLES[Role.ADMINISTRATOR] == frozenset(Permission)


def test_readers_change_nothing() -> None:
    """Neither a viewer nor an auditor has a permission that does not end in read."""
    for role in (Role.VIEWER, Role.AUDITOR):
        assert all(permission.endswith(":read") for permission in ROLES[role])


def test_who_does_more_may_do_what_the_smaller_role_may() -> None:
    """From viewer to analyst, and on to manager, permissions are only added."""
    assert ROLES[Role.VIEWER] < ROLES[Role.ANALYST]
    assert ROLES[Role.ANALYST] < ROLES[Role.PORTFOLIO_MANAGER]
    assert ROLES[Role.ANALYST] < ROLES[Role.RISK_MANAGER]


def test_nobody_else_decides_on_limits_or_people() -> None:
    """Privileged are the approval of limits and all that changes who may do what; few roles have them."""
    assert Permission.LIMITS_APPROVE in PRIVILEGED
    assert {Permission.GRANTS_WRITE, Permission.GRANTS_APPROVE, Permission.ROLES_WRITE} <= PRIVILEGED
    privileged = {role for role in Role if is_privileged(ROLES[role])}
    assert privileged == {Role.RISK_MANAGER, Role.ADMINISTRATOR}


def test_what_is_the_whole_tenants_is_not_granted_by_portfolio() -> None:
    """Webhooks, channels, prices, ticks and people belong to the tenant."""
    assert Permission.RUNS_READ in IN_PORTFOLIOS
    whole = [Permission.WEBHOOKS_READ, Permission.CHANNELS_WRITE, Permission.PRICES_WRITE]
    assert IN_PORTFOLIOS.isdisjoint([*whole, Permission.TICKS_WRITE, Permission.GRANTS_WRITE])


def test_unknown_permissions_are_passed_over() -> None:
    """A stored permission of another version gives nothing."""
    assert named(["runs:read", "moon:land"]) == {Permission.RUNS_READ}


def test_the_documents_print_the_table() -> None:
    """The matrix of the guide is the one of the code, with a row for each permission."""
    table = matrix()
    assert re.findall(r"\| `([^`]+)`", table) == sorted(Permission)
    if os.environ.get("GOLDEN") == "rewrite":
        GUIDE.write_text(
            re.sub(r"\| permission .*?\n(?=\n)", lambda _: table, GUIDE.read_text(), flags=re.DOTALL)
        )
    assert table in GUIDE.read_text()
