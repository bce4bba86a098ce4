"""Whether the tests that the table of security requirements names did pass in a run of the whole suite.

A plugin of pytest: that a test exists says little if it is skipped or left out. Parts of it are not judged.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path("docs") / "SECURITY_IMPLEMENTATION_GUIDE.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_ROW = re.compile(r"^\| \d+\.\d+\.\d+ .*$", re.MULTILINE)
_PASSED: pytest.StashKey[set[str]] = pytest.StashKey()
_MISSING: pytest.StashKey[list[str]] = pytest.StashKey()


def named(guide: str) -> set[str]:
    """Return the files and tests that the rows of the table name."""
    rows = _ROW.findall(guide)
    return {f"{file}::{name}" if name else file for row in rows for file, name in TEST.findall(row)}


def not_passed(wanted: set[str], passed: set[str]) -> Iterator[str]:
    """Yield the files and tests of which nothing has passed."""
    # A test of a class or with parameters counts for its function, and each for its file.
    found = {re.sub(r"::\w+::", "::", node.partition("[")[0]) for node in passed}
    found |= {node.partition("::")[0] for node in found}
    yield from sorted(wanted - found)


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing."""
    config.stash[_PASSED] = set()
    config.stash[_MISSING] = []
    config.pluginmanager.register(_Listener(config), "listener for named tests")


class _Listener:
    """Hears of every test: where several processes run them, the one that leads them hears of all."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what has passed."""
        if report.when == "call" and report.outcome == "passed":
            self.config.stash[_PASSED].add(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a whole run fail if something that the table names has not passed."""
    config, guide = session.config, session.config.rootpath / GUIDE
    if not _is_whole(config) or not guide.is_file():
        return
    config.stash[_MISSING] = list(not_passed(named(guide.read_text()), config.stash[_PASSED]))
    if config.stash[_MISSING] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what it was."""
    if config.stash[_MISSING]:
        terminalreporter.section("named as evidence, but not passed in this run")
        for name in config.stash[_MISSING]:
            terminalreporter.line(f"{name} ({GUIDE})")


def _is_whole(config: pytest.Config) -> bool:
    """Return whether this is the process that leads, and nobody has asked for a part."""
    parts = (
        "keyword",
        "markexpr",
        "deselect",
        "collectonly",
        "lf",
        "stepwise",
        "maxfail",
        "ignore",
        "ignore_glob",
    )
    asked = [name for name in parts if config.getoption(name, None)]
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return whole and not asked and not hasattr(config, "workerinput")
