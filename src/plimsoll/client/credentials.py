"""With what a client signs in by itself, where it has no API key."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from plimsoll.client.messages import checked
from plimsoll.errors import UsageError
from plimsoll.wire.model import WireModel
from plimsoll.wire.tokens import ClientSignIn, PasswordSignIn

__all__ = ["Credentials", "PasswordCredentials", "PrivateKeyCredentials"]

_AUDIENCE = "plimsoll-risk-api"
_SECONDS = 60
_ALGORITHMS = {"Ed25519": "Ed25519", "P-256": "ES256", "P-384": "ES384"}


class Credentials:
    """With what a client signs in; see `PasswordCredentials` and `PrivateKeyCredentials`."""

    path = ""

    def message(self) -> WireModel:
        """Return what is sent to sign in, made anew each time.

        Raises
        ------
        UsageError
            If it cannot be made.
        """
        raise NotImplementedError  # each way to sign in has a message of its own

    def second_factor(self, kinds: Sequence[str]) -> tuple[str, str]:
        """Return by which of several kinds a second factor is shown, and the answer.

        Raises
        ------
        UsageError
            If there is none.
        """
        remedy = f"Give an answer to one of {', '.join(kinds)}, or use an API key."
        raise UsageError("a second factor is asked for", remedy=remedy)


@dataclass(frozen=True, slots=True)
class PasswordCredentials(Credentials):
    """A person's, in a program of theirs.

    Parameters
    ----------
    email, password
        Theirs.
    tenant
        Its name; empty for the usual one.
    ask
        Asked for the second factor, where the person has one: from the kinds that would do to the kind that
        is taken and the answer, such as ``("totp", "123456")``.

    Examples
    --------
    >>> PasswordCredentials("ada@example.com", "a long sentence of hers")
    PasswordCredentials(email='ada@example.com', tenant='')
    """

    path = "/tokens"

    email: str
    password: str = field(repr=False)
    tenant: str = ""
    ask: Callable[[Sequence[str]], tuple[str, str]] | None = field(default=None, repr=False)

    def message(self) -> WireModel:
        """Return e-mail address and password."""
        fields = {"email": self.email, "password": self.password, "tenant": self.tenant}
        return checked(PasswordSignIn, fields)

    def second_factor(self, kinds: Sequence[str]) -> tuple[str, str]:
        """Return what `ask` answers."""
        return Credentials.second_factor(self, kinds) if self.ask is None else self.ask(kinds)


@dataclass(frozen=True, slots=True)
class PrivateKeyCredentials(Credentials):
    """A service account's that has a key of its own: the key is never sent.

    Parameters
    ----------
    account_id
        The id of the service account.
    private_key
        A JSON Web Key, whose public half the account was given, with the same ``kid``.
    """

    path = "/tokens/client"

    account_id: UUID
    private_key: Mapping[str, Any] = field(repr=False)

    def message(self) -> WireModel:
        """Return an assertion that counts once, for a minute.

        Raises
        ------
        UsageError
            If the key cannot be used.
        """
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key

        now = int(time.time())
        client = str(self.account_id)
        said = {"iss": client, "sub": client, "aud": _AUDIENCE, "jti": uuid4().hex, "iat": now}
        algorithm = _ALGORITHMS.get(str(self.private_key.get("crv")), "PS256")
        header = {"alg": algorithm, "kid": str(self.private_key.get("kid"))}
        try:
            key = import_key(dict(self.private_key))
            token = jwt.encode(header, {**said, "exp": now + _SECONDS}, key, algorithms=[algorithm])
        except (JoseError, ValueError, TypeError):
            remedy = "Give the JSON Web Key with its private part and its kid."
            raise UsageError("the private key cannot be used", remedy=remedy) from None
        return ClientSignIn(client_assertion=token)
