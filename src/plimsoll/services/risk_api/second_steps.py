"""What knows the second factors of people, for a request."""

from starlette.requests import HTTPConnection

from plimsoll.services.risk_api.context import ApiContext
from plimsoll.workflows.second_step import NoSecondStep, SecondStep

__all__ = ["second_step"]


def second_step(context: ApiContext, _request: HTTPConnection) -> SecondStep:
    """Return what knows the second factors of people."""
    return context.second or NoSecondStep()
