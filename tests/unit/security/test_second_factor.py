"""Who needs a second factor, and what they may do without one."""

import pytest

from plimsoll.security.permissions import Permission
from plimsoll.security.second_factor import allowed_with, has_shown_second, needs_second_factor

EVERYTHING = frozenset(Permission)
READING = frozenset(permission for permission in Permission if permission.value.endswith(":read"))


def test_whoever_decides_about_others_needs_one() -> None:
    """To change people, sessions, roles or keys; to read about them does not, nor does everyday work."""
    assert needs_second_factor(EVERYTHING)
    assert needs_second_factor({Permission.USERS_WRITE})
    assert not needs_second_factor(READING)
    assert not needs_second_factor({Permission.PORTFOLIOS_WRITE, Permission.LIMITS_APPROVE})
    assert not needs_second_factor(())


@pytest.mark.parametrize("factor", ["passkey", "totp", "sms", "recovery", "provider-mfa"])
def test_each_second_factor_opens_everything(factor: str) -> None:
    """An administrator with any of them has all that was granted."""
    assert allowed_with(EVERYTHING, {"password", factor}) == EVERYTHING


def test_without_one_an_administrator_may_do_nothing() -> None:
    """A password alone, or nothing at all, leaves no permission; others keep theirs."""
    for shown in ((), ("password",), ("single-sign-on",)):
        assert allowed_with(EVERYTHING, shown) == frozenset()
        assert allowed_with(READING, shown) == READING


def test_a_password_is_no_second_factor() -> None:
    """Nor is nothing; whatever else was verified is."""
    assert not has_shown_second(())
    assert not has_shown_second(("password",))
    assert not has_shown_second(("single-sign-on",))
    assert has_shown_second(("password", "recovery"))
    assert has_shown_second(("passkey",))
