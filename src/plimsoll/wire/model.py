"""What all messages share: they are sealed, name every field they know, and refuse the others."""

import datetime as dt
import math
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

__all__ = [
    "Currency",
    "Figure",
    "Flag",
    "Instant",
    "Label",
    "Name",
    "Number",
    "Sha256",
    "Whole",
    "WireModel",
    "example",
]


class WireModel(BaseModel):
    """A message: immutable, without unknown fields, its examples in the API document."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, from_attributes=True)


def _finite_or_none(figure: Any) -> Any:
    return None if isinstance(figure, float) and not math.isfinite(figure) else figure


Figure = Annotated[float | None, BeforeValidator(_finite_or_none)]
"""A number that may be missing: whatever is not finite travels as null, never as zero."""

_YEARS = range(1900, 3000)


def _within_reach(instant: dt.datetime) -> dt.datetime:
    if instant.year not in _YEARS:
        raise ValueError("no such instant is meant")
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_within_reach)]
"""An instant that a client sends; in UTC, and a day later, it is still one that can be written."""

Number = Annotated[float, Strict()]
"""A number that a client sends; text and true are none."""

Whole = Annotated[int, Strict()]
"""A whole number that a client sends."""

Flag = Annotated[bool, Strict()]
"""True or false as a client sends it."""

_TEXT = r"^[^\x00-\x1f\x7f]+$"

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_TEXT)]
"""A name for people, on one line."""

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_TEXT)]
"""A symbol, an attribute or its value."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code", examples=["USD"])]

Sha256 = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in hexadecimal", examples=["9f" * 32])
]


def example(message: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a message that is shown by an example in the API document."""
    return ConfigDict(json_schema_extra={"examples": [message]})
