"""What all tests share."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ["aws_server", "measuring", "named_tests", "postgres", "redis_server"]

# A busy machine is slow, not wrong.
settings.register_profile("plimsoll", deadline=None)
settings.load_profile("plimsoll")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without looking for garbage: eight thousand tests are made here, and all of them stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
