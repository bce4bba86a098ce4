"""With what a client signs in by itself."""

import datetime as dt
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from plimsoll.client.credentials import Credentials, PasswordCredentials, PrivateKeyCredentials
from plimsoll.errors import UsageError
from plimsoll.security.client_assertions import check_assertion, public_keys
from plimsoll.wire.tokens import ClientSignIn, PasswordSignIn


def test_a_password_is_sent_and_never_shown() -> None:
    """The representation leaves it out."""
    ada = PasswordCredentials("ada@example.com", "a long sentence of hers", "Firm")
    assert ada.message() == PasswordSignIn(
        email="ada@example.com",
        password="a long sentence of hers",  # noqa: S106 - nobody's
        tenant="Firm",
    )
    assert "sentence" not in repr(ada)
    with pytest.raises(UsageError):
        PasswordCredentials("a" * 300, "x").message()
    with pytest.raises(NotImplementedError):
        Credentials().message()


@pytest.mark.parametrize(
    "key",
    [
        OKPKey.generate_key("Ed25519", {"kid": "a"}),
        ECKey.generate_key("P-256", {"kid": "a"}),
        RSAKey.generate_key(2048, {"kid": "a"}),
    ],
)
def test_a_private_key_makes_assertions_that_count(key: OKPKey | ECKey | RSAKey) -> None:
    """Each has a name of its own, and the key is neither sent nor shown."""
    account = uuid4()
    program = PrivateKeyCredentials(account, key.as_dict(private=True))
    known = public_keys([key.as_dict(private=False)])
    names = set()
    for _ in range(2):
        message = program.message()
        assert isinstance(message, ClientSignIn)
        shown = check_assertion(
            message.client_assertion,
            known,
            client=str(account),
            audience=frozenset({"plimsoll-risk-api"}),
            now=dt.datetime.now(dt.UTC),
        )
        names.add(shown.token_id)
    assert len(names) == 2
    assert str(key.as_dict(private=True)["d"]) not in repr(program)


def test_a_public_key_signs_nothing() -> None:
    """It is said before anything is sent."""
    key = OKPKey.generate_key("Ed25519", {"kid": "a"})
    for odd in (key.as_dict(private=False), {"kty": "OKP"}, {}):
        with pytest.raises(UsageError):
            PrivateKeyCredentials(uuid4(), odd).message()
