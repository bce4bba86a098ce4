"""Clients of Amazon Web Services: with time limits, and with errors that are ours."""

import asyncio
import os
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from plimsoll.errors import UnavailableError
from plimsoll.performance.breaker import Breaker

__all__ = ["ask_aws", "aws_client", "aws_error_code"]

_CONNECT_SECONDS = 1.0
_READ_SECONDS = 3.0
_ATTEMPTS = 2

_Found = TypeVar("_Found")


def aws_client(service: str, *, endpoint_url: str | None = None) -> Any:
    """Return a client of one service.

    Region, credentials and, for tests, the endpoint are found as boto3 finds them: in the environment, in its
    configuration files, or from the role of the machine.

    Parameters
    ----------
    service
        Such as ``kms``.
    endpoint_url
        Another server than Amazon's; None for what the environment says.

    Raises
    ------
    UnavailableError
        If boto3 is not installed, or knows no region.
    """
    try:
        boto3, config = import_module("boto3"), import_module("botocore.config")
        errors = import_module("botocore.exceptions")
    except ImportError:
        remedy = "Install it: pip install 'plimsoll-risk[aws]'"
        raise UnavailableError("boto3 is not installed", remedy=remedy) from None
    options = config.Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    )
    try:
        # boto3 itself looks at AWS_DEFAULT_REGION alone; containers of Amazon's set AWS_REGION.
        session = boto3.session.Session(region_name=os.environ.get("AWS_REGION"))
        return session.client(service, config=options, endpoint_url=endpoint_url)
    except errors.BotoCoreError as error:
        remedy = "Set AWS_REGION and credentials, or give the machine a role."
        raise UnavailableError(
            f"AWS {service} cannot be used: {type(error).__name__}", remedy=remedy
        ) from None


def aws_error_code(error: Exception) -> str:
    """Return what AWS calls an error; its class where it has no name. Nothing that was sent is in it."""
    response = getattr(error, "response", None)
    found = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(found or type(error).__name__)


async def ask_aws(
    what: str,
    call: Callable[..., _Found],
    /,
    *,
    breaker: Breaker | None = None,
    seconds: float | None = None,
    **arguments: Any,
) -> _Found:
    """Return what a method of a client answers; it runs in a thread.

    Parameters
    ----------
    what
        For the message of an error, such as ``the KMS``.
    call
        A method of a client.
    breaker
        Opens when AWS cannot be reached; a refusal is an answer.
    seconds
        How long to wait, all tries together; None for as long as the client does, which its thread does
        anyway.
    **arguments
        Handed to it.

    Raises
    ------
    UnavailableError
        If AWS cannot be reached, or refuses; the message holds AWS's own code and nothing that was sent.
    """
    try:
        async with breaker or nullcontext(), asyncio.timeout(seconds):
            try:
                return await asyncio.to_thread(partial(call, **arguments))
            except Exception as error:
                if not isinstance(getattr(error, "response", None), dict):
                    raise  # a time-out has an attribute of that name as well, with nothing in it
                failure = error
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - as above; the text of it may hold anything
        failure = error
    remedy = "Check that AWS can be reached, and what the role of this machine may do."
    raise UnavailableError(f"{what} does not help: {aws_error_code(failure)}", remedy=remedy) from None
