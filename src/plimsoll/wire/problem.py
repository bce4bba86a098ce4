"""What the API answers when something is wrong (RFC 9457)."""

from pydantic import Field

from plimsoll.wire.model import WireModel, example

__all__ = ["Problem", "Violation"]


class Violation(WireModel):
    """One field that cannot be accepted; what it held is never repeated."""

    field: str = Field(description="Path of the field, or name of the query parameter", examples=["name"])
    message: str = Field(description="What is wrong with it", examples=["Field required"])


class Problem(WireModel):
    """An error as ``application/problem+json``."""

    model_config = example(
        {
            "type": "about:blank",
            "title": "Not found",
            "status": 404,
            "detail": "There is no such portfolio.",
            "code": "not-found",
            "request_id": "0197a3c24f107c3e9d5b2f6f3a1c8e10",
        }
    )

    type: str = Field(default="about:blank", description="URI of the kind of problem")
    title: str = Field(description="The kind of problem, the same in each case")
    status: int = Field(ge=400, le=599, description="HTTP status")
    detail: str = Field(default="", description="What is wrong in this case")
    code: str = Field(description="A stable word for programs")
    request_id: str = Field(default="", description="Names the request in the logs")
    remedy: str = Field(default="", description="What can be done about it; empty where nothing can")
    violations: tuple[Violation, ...] = Field(default=(), description="Fields that cannot be accepted")
