"""What the page of the sign-in sends."""

import pytest
from pydantic import ValidationError

from plimsoll.services.risk_api.sessions.messages import (
    Acceptance,
    FirstAdministrator,
    Forgotten,
    Link,
    NewPasswordByLink,
    PasswordClaim,
)


def test_texts_have_an_end() -> None:
    """What is longer than any password or address is refused before anybody looks at it."""
    for message, fields in (
        (PasswordClaim, {"email": "a" * 321, "password": "x"}),
        (PasswordClaim, {"email": "a", "password": "x" * 1001}),
        (Link, {"token": "x" * 65}),
        (Acceptance, {"token": "x" * 65, "password": "x"}),
        (Forgotten, {"email": "a" * 321}),
        (NewPasswordByLink, {"token": "x", "password": "x" * 1001}),
        (FirstAdministrator, {"token": "x", "name": "", "email": "a", "password": "x"}),
    ):
        with pytest.raises(ValidationError):
            message.model_validate(fields)
    assert PasswordClaim.model_validate({"email": "a", "password": "x"}).tenant == ""
