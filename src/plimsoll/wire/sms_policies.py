"""What a tenant allows of codes by SMS."""

from typing import Annotated, Any

from pydantic import Field

from plimsoll.wire.model import Flag, Label, Whole, WireModel, example

__all__ = ["NewTelephone", "SmsPolicy", "SmsSent"]

_POLICY: dict[str, Any] = {
    "enabled": True,
    "countries": ["DE", "CH"],
    "monthly_cents": 5000,
    "message_cents": 10,
    "version": 1,
}

_Cents = Annotated[Whole, Field(ge=0, le=10_000_000)]


class SmsPolicy(WireModel):
    """Whether people may have codes by SMS, the weakest of all factors, and what that may cost."""

    model_config = example(_POLICY)

    enabled: Flag
    countries: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...],
        Field(max_length=100, description="ISO 3166 codes; numbers elsewhere get none"),
    ]
    monthly_cents: _Cents = Field(description="That a month may cost; then nothing more is sent")
    message_cents: Annotated[Whole, Field(ge=1, le=10_000, description="That one message counts for")]
    version: Whole = Field(ge=0, description="That was seen; 0 for a tenant that has never said anything")


class NewTelephone(WireModel):
    """A telephone to be begun."""

    model_config = example({"name": "Mobile", "number": "+49 30 901820"})

    name: Annotated[Label, Field(description="For its owner")]
    number: Annotated[str, Field(min_length=8, max_length=40, description="With its country")]


class SmsSent(WireModel):
    """A code is on its way."""

    model_config = example({"to": "•••• 20"})

    to: str = Field(description="As much of the number as its owner needs")
