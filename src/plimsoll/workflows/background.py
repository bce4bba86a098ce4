"""Calculations beside the event loop, a few at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from typing import ParamSpec, TypeVar

__all__ = ["in_background"]

_AT_A_TIME = 2  # each calculation uses several threads of its own

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


async def in_background(
    function: Callable[_Parameters, _Result], *arguments: _Parameters.args, **named: _Parameters.kwargs
) -> _Result:
    """Call a function in a thread, so that the event loop goes on; a third call waits for one of two to end.

    Parameters
    ----------
    function
        Anything that takes long and is safe to run beside others.
    *arguments, **named
        Handed to it.

    Returns
    -------
    object
        What the function returns; what it raises is raised here.

    Examples
    --------
    >>> asyncio.run(in_background(max, 1, 2))
    2
    """
    work = partial(copy_context().run, function, *arguments, **named)
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="plimsoll-calculation")
