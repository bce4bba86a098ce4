"""What knows the second factors of people, for a request."""

from starlette.requests import HTTPConnection

from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.web_origin import web_origin
from plimsoll.workflows.factor_step import FactorStep
from plimsoll.workflows.second_step import SecondStep

__all__ = ["second_step"]


def second_step(context: ApiContext, request: HTTPConnection) -> SecondStep:
    """Return what knows the second factors of people."""
    if context.second is not None:
        return context.second
    address = "" if request.client is None else request.client.host
    return FactorStep(context.sealers, web_origin(request), address)
