"""One page of a list."""

from typing import Generic, TypeVar

from pydantic import Field

from plimsoll.wire.model import WireModel

__all__ = ["Item", "Page"]

Item = TypeVar("Item", bound=WireModel)


class Page(WireModel, Generic[Item]):
    """One page of a list, and where the next one is."""

    items: tuple[Item, ...] = Field(description="In the order in which they were made")
    next: str | None = Field(
        default=None,
        description="Path and query of the next page; null on the last one",
        examples=["/api/v1/portfolios?limit=100&after=0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"],
    )
