"""What all tests share."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ["aws_server", "measuring", "named_tests", "postgres", "redis_server"]

# Begun first, because they wait most of the time, for kills, load and processes, beside those that calculate.
LONG = {
    *("test_document.py", "test_soak.py", "test_kill.py", "test_worker_kills.py", "test_up.py"),
    *("test_integration_guide.py", "test_up_live.py", "test_worker.py", "test_risk_runs.py"),
}

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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones; a process of tests that has none left takes over half of what another has."""
    items.sort(key=lambda item: item.path.name not in LONG)
