"""Factors: what people show beside their password."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from plimsoll.wire.model import Label, WireModel, example

__all__ = [
    "Factor",
    "FactorAdded",
    "FactorAsked",
    "FactorChallenge",
    "FactorCode",
    "FactorList",
    "NewFactor",
    "NewPasskey",
    "PasskeyOptions",
    "RecoveryCodes",
    "TotpSecret",
]

_FACTOR: dict[str, Any] = {
    "id": "0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10",
    "kind": "totp",
    "name": "My telephone",
    "created_at": "2026-06-30T07:00:00.000000Z",
    "confirmed_at": "2026-06-30T07:00:20.000000Z",
    "used_at": "2026-06-30T07:00:20.000000Z",
    "suspended_at": None,
}
_URI = "otpauth://totp/Plimsoll:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Plimsoll"
_CODES = ["7zk9d0-q2mfx3-8vthb1-sw5ncrj4"]
_CREDENTIAL: dict[str, Any] = {
    "id": "c3VyZQ",
    "rawId": "c3VyZQ",
    "type": "public-key",
    "response": {"clientDataJSON": "e30", "attestationObject": "oA"},
}


class NewFactor(WireModel):
    """A factor to be begun."""

    model_config = example({"name": "My telephone"})

    name: Annotated[Label, Field(description="For its user")]


class FactorCode(WireModel):
    """A code that shows that a factor works."""

    model_config = example({"code": "287082"})

    code: Annotated[str, Field(min_length=1, max_length=20, description="As the app shows it now")]


class FactorAsked(WireModel):
    """The kind of factor by which somebody wants to be asked."""

    model_config = example({"kind": "passkey"})

    kind: Literal["passkey", "sms"]


class FactorChallenge(WireModel):
    """What has to be answered: options for the browser, or a code that was sent."""

    model_config = example({"options": {"challenge": "c3VyZQ", "rpId": "risk.example.com"}, "to": None})

    options: dict[str, Any] | None = Field(description="For `parseRequestOptionsFromJSON()`; null for SMS")
    to: str | None = Field(description="As much of the number as its owner needs; null for a passkey")


class NewPasskey(WireModel):
    """A passkey that the browser has made."""

    model_config = example({"name": "Security key", "credential": _CREDENTIAL})

    name: Annotated[Label, Field(description="For its user")]
    credential: dict[str, Any] = Field(description="`PublicKeyCredential.toJSON()` of `create()`")


class Factor(WireModel):
    """Something that somebody has; of its secret nothing is shown."""

    model_config = example(_FACTOR)

    id: UUID
    kind: Literal["passkey", "totp", "sms"]
    name: str
    created_at: AwareDatetime
    confirmed_at: AwareDatetime | None = Field(description="Null until it has shown that it works")
    used_at: AwareDatetime | None = Field(description="Null if it was never used")
    suspended_at: AwareDatetime | None = Field(description="When it was found to be copied")


class FactorList(WireModel):
    """All factors of somebody."""

    model_config = example({"items": [_FACTOR], "recovery_codes": 10})

    items: tuple[Factor, ...]
    recovery_codes: int = Field(ge=0, description="How many can still be used")


class TotpSecret(WireModel):
    """What an authenticator app has to be told; it is not shown again."""

    model_config = example(
        {
            "factor": {**_FACTOR, "confirmed_at": None, "used_at": None},
            "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            "uri": _URI,
            "qr": '<svg width="148" height="148"></svg>',
        }
    )

    factor: Factor
    secret: str = Field(description="In base 32, for those who cannot scan")
    uri: str = Field(description="What the QR code says")
    qr: str = Field(description="The QR code as SVG")


class FactorAdded(WireModel):
    """A factor that is in use from now on."""

    model_config = example({"factor": _FACTOR, "recovery_codes": _CODES})

    factor: Factor
    recovery_codes: tuple[str, ...] = Field(
        description="Ten with the first factor, otherwise none; they are not shown again"
    )


class RecoveryCodes(WireModel):
    """A new set of recovery codes, which is not shown again; older ones count no more."""

    model_config = example({"codes": _CODES})

    codes: tuple[str, ...]


class PasskeyOptions(WireModel):
    """What the browser is asked, as JSON of WebAuthn."""

    model_config = example({"options": {"challenge": "c3VyZQ", "rpId": "risk.example.com"}})

    options: dict[str, Any] = Field(
        description="For `parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`"
    )
