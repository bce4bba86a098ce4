"""What a client would rather have (RFC 7240): ``Prefer: respond-async``."""

import re
from typing import Annotated

from fastapi import Header

from plimsoll.services.risk_api.at_once import at_once

__all__ = ["RespondAsync", "respond_async"]

_ASYNC = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])", re.IGNORECASE)


def respond_async(
    prefer: Annotated[
        str | None,
        Header(
            description="With respond-async the answer is 202 and a job",
            examples=["respond-async"],
            max_length=200,
        ),
    ] = None,
) -> bool:
    """Return whether the client would rather have a job than wait.

    Examples
    --------
    >>> respond_async("respond-async, wait=10"), respond_async(None)
    (True, False)
    """
    return prefer is not None and _ASYNC.search(prefer) is not None


RespondAsync = Annotated[bool, at_once(respond_async)]
