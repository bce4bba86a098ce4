"""Permissions and principals."""

import datetime as dt
import re
from dataclasses import replace
from uuid import UUID

import pytest

from plimsoll.security.permissions import LIFE_OF_STEP_UP, Permission, Principal, PrincipalKind

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


def test_each_permission_names_a_resource_and_an_action() -> None:
    """A permission reads resource:action, so that roles can be written down."""
    assert all(re.fullmatch(r"[a-z-]+:[a-z]+", permission.value) for permission in Permission)


def test_a_principal_may_do_what_was_given_and_nothing_else() -> None:
    """There is no permission that includes another."""
    for given in Permission:
        principal = Principal("a", UUID(int=1), "A", frozenset({given}))
        assert [permission for permission in Permission if principal.may(permission)] == [given]


@pytest.mark.parametrize(
    ("ago", "fresh"),
    [(None, False), (dt.timedelta(), True), (LIFE_OF_STEP_UP, False), (LIFE_OF_STEP_UP * 0.99, True)],
)
def test_a_step_up_lasts_ten_minutes(ago: dt.timedelta | None, fresh: bool) -> None:
    """It does for people and for programs with an account."""
    assert LIFE_OF_STEP_UP.total_seconds() == 600
    at = None if ago is None else NOW - ago
    for kind in (PrincipalKind.USER, PrincipalKind.SERVICE):
        somebody = Principal("a", UUID(int=1), "A", frozenset(), kind, stepped_up_at=at)
        assert somebody.is_stepped_up(NOW) is fresh
        assert replace(somebody, kind=PrincipalKind.LOCAL).is_stepped_up(NOW)
