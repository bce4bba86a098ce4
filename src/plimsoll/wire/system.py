"""What the server is and how it is."""

from typing import Literal

from pydantic import Field

from plimsoll.wire.model import WireModel, example

__all__ = ["BreakerState", "System"]

BreakerState = Literal["closed", "open", "half-open"]


class System(WireModel):
    """The server as one who is signed in sees it."""

    model_config = example(
        {
            "version": "0.1.0",
            "ready": {"database": True, "migrations": True},
            "starting": [],
            "breakers": {"redis": "closed"},
            "principal": "Local user",
            "permissions": ["portfolios:read", "runs:read"],
        }
    )

    version: str = Field(description="Of the software")
    ready: dict[str, bool] = Field(description="For each part that is needed, whether it works")
    starting: tuple[str, ...] = Field(
        default=(), description="What is still being prepared; empty after the start"
    )
    breakers: dict[str, BreakerState] = Field(
        default_factory=dict,
        description="For each dependency that may fail: open means that it is left alone for a while",
    )
    principal: str = Field(description="Who asks")
    permissions: tuple[str, ...] = Field(description="All that they may do")
