"""Access and refresh tokens, and what they are given for."""

from typing import Annotated, Any, Literal

from pydantic import Field

from plimsoll.wire.model import WireModel, example

__all__ = ["ClientSignIn", "FactorSignIn", "PasswordSignIn", "RefreshToken", "TokenChallenge", "Tokens"]

_REFRESH = "plr_" + "A" * 43
_TOKENS: dict[str, Any] = {
    "access_token": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl",
    "token_type": "Bearer",
    "expires_in": 300,
    "refresh_token": _REFRESH,
    "refresh_expires_in": 43200,
}


class PasswordSignIn(WireModel):
    """Somebody who signs in with a program of theirs."""

    model_config = example({"email": "ada@example.com", "password": "correct horse battery staple"})

    email: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=1000)]
    tenant: Annotated[str, Field(max_length=200, description="Its name; empty for the usual one")] = ""


class TokenChallenge(WireModel):
    """What is still asked for: one of these kinds, under this token, within five minutes."""

    model_config = example({"challenge": "plc_" + "A" * 43, "kinds": ["totp", "recovery"]})

    challenge: str
    kinds: tuple[str, ...]


class FactorSignIn(WireModel):
    """An answer to a second factor."""

    model_config = example({"challenge": "plc_" + "A" * 43, "kind": "totp", "answer": "123456"})

    challenge: Annotated[str, Field(max_length=64)]
    kind: Annotated[str, Field(max_length=20)]
    answer: Annotated[str, Field(max_length=10_000)]


class ClientSignIn(WireModel):
    """A program that signs in with a key of its own (RFC 7523)."""

    model_config = example({"client_assertion": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"})

    client_assertion: Annotated[
        str,
        Field(
            max_length=8192,
            description="A JWT whose iss and sub are the id of the service account, for `plimsoll-risk-api`,"
            " with jti and an exp at most five minutes ahead",
        ),
    ]


class RefreshToken(WireModel):
    """A refresh token, to be exchanged or revoked."""

    model_config = example({"refresh_token": _REFRESH})

    refresh_token: Annotated[str, Field(max_length=64)]


class Tokens(WireModel):
    """What a program sends from now on, and with what it gets the next."""

    model_config = example(_TOKENS)

    access_token: str = Field(description="Sent as a bearer token")
    token_type: Literal["Bearer"]
    expires_in: int = Field(ge=0, description="Seconds until the access token ends")
    refresh_token: str = Field(description="Good for one exchange")
    refresh_expires_in: int = Field(ge=0, description="Seconds until the refresh token ends unused")
