"""What the doctor looks at."""

import pytest

from plimsoll.workflows.doctor import Check, examine, number_check, package_check, prices_check, python_check


def test_this_installation_is_sound() -> None:
    """Every check passes here, and each kind of check is there."""
    checks = {check.name: check for check in examine()}
    assert {"Python", "Plimsoll", "numpy", "pydantic-settings", "demo prices", "VaR", "ES"} <= set(checks)
    assert [check for check in checks.values() if not check.passed] == []


@pytest.mark.parametrize(
    "check",
    [
        python_check((3, 10, 2)),
        package_check("no-such-package"),
        prices_check("no-such-file.csv"),
        number_check("VaR", 991.0, 990.0, 1e-9),
        number_check("VaR", 991.0, float("nan"), 1e-9),
    ],
    ids=lambda check: check.name,
)
def test_what_is_wrong_fails_with_a_remedy(check: Check) -> None:
    """A fault is found and comes with what to do."""
    assert not check.passed
    assert check.remedy
