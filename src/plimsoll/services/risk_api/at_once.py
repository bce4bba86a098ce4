"""Dependencies that are called on the event loop: the framework would call a plain function in a thread.

What is taken from a request is there already; to hand it over from a thread takes longer than an answer that
is kept.
"""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import Depends

__all__ = ["at_once"]


@cache  # so that a request to which two ask for the same is asked once
def at_once(call: Callable[..., object]) -> Any:
    """Return what ``Depends(call)`` is, for a function that waits for nothing.

    Parameters
    ----------
    call
        Its parameters are filled as those of any dependency.
    """

    async def called(**values: Any) -> object:
        return call(**values)

    called.__dict__["__signature__"] = inspect.signature(call)
    return Depends(called)
