"""Coverage where there is something to cover: it makes whatever Python does take twice as long.

What generates examples holds no code of ours, so it runs without. All that a test itself does with an
example, drawing more of it included, is measured as ever.
"""

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest


def unmeasured(work: Callable[[], None]) -> None:
    """Do some work that calls no code of ours in this thread."""
    measuring = sys.gettrace()
    sys.settrace(None)
    try:
        work()
    finally:
        sys.settrace(measuring)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Measure the body of a test with generated examples, and not what generates them."""
    handle: Any = getattr(pyfuncitem.obj, "hypothesis", None)
    measuring = sys.gettrace()
    if handle is None or measuring is None:
        return (yield)
    body = handle.inner_test

    @wraps(body)
    def measured(*arguments: Any, **named: Any) -> Any:
        sys.settrace(measuring)
        try:
            return body(*arguments, **named)
        finally:
            sys.settrace(None)

    handle.inner_test = measured
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(measuring)
        handle.inner_test = body
