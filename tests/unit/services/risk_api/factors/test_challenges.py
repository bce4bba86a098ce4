"""What the routes of challenges declare; what they do is tested over HTTP in tests/integration/risk_api."""

import pytest
from pydantic import ValidationError

from plimsoll.services.risk_api.factors.challenges import PendingFactor, router
from plimsoll.services.risk_api.requirements import is_public, needs_sign_in
from plimsoll.services.risk_api.routes import ApiRoute


def test_one_is_for_who_signs_in_and_one_for_who_has() -> None:
    """The first needs the token of a password that was right, the second a session."""
    routes = {route.name: route for route in router.routes if isinstance(route, ApiRoute)}
    assert is_public(routes["challenge_pending"].dependant)
    assert needs_sign_in(routes["challenge_factor"].dependant)


@pytest.mark.parametrize("kind", ["totp", "recovery", "password", ""])
def test_only_some_kinds_have_a_challenge(kind: str) -> None:
    """A code of an app needs none."""
    with pytest.raises(ValidationError):
        PendingFactor.model_validate({"kind": kind, "challenge": "x"})
