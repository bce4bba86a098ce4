"""What the tests take is measured as by a tracer: the plugin, on a file and a suite of its own."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData

from measuring import Probes

TESTS = Path(__file__).parents[1]
EVERYTHING = '''"""Something of everything."""
from __future__ import annotations
import asyncio
from contextlib import suppress

class Kind:
    """A class."""
    size: int = 1

    @property
    def twice(self):
        return self.size * 2

def branches(n):
    """Branch in each way."""
    global total
    if n == 1:
        total = 1
    elif n == 2:
        total = 2
    else:
        if n == 3:
            total = 3
    for each in range(n):
        if each == 2:
            break
    else:
        total = -1
    while n:
        n -= 1
        if n == 4:
            continue
    while True:
        if not n:
            return [one for one in range(3) if one]

def attempts(n):
    try:
        if n:
            raise (KeyError, ValueError,
                   OSError)[n - 1]
    except KeyError:
        n = 10
    except ValueError:
        if n:
            n = 20
    else:
        n = 30
    finally:
        with suppress(TypeError):
            with suppress(ValueError):
                if n == 10:
                    n += 1
    return n

def choices(n):
    match n:
        case 1 | 2:
            n = 0
        case [first, *_] if first:
            return first
        case str():
            ...
    match n:
        case 5:
            return 5
        case _:
            return lambda: n

async def later(n):
    async def each():
        for one in range(n):
            yield one
    async for one in each():
        if one:
            await asyncio.sleep(0)
    return n
'''
SUITE = {
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    "src/plimsoll/__init__.py": "",
    "src/plimsoll/one.py": "def one(n):\n    if n:\n        return 1\n    return 2\n",
    "src/plimsoll/two.py": "TWO = 2\n",
    "tests/test_a.py": "def test_a():\n    from plimsoll.one import one\n    assert one(1) == 1\n",
    "tests/test_b.py": "def test_b():\n    from plimsoll.one import one\n    assert one(0) == 2\n",
}


@pytest.mark.parametrize(
    "calls",
    [
        "",
        "branches(1); attempts(0); choices(1); Kind().twice",
        "branches(2); attempts(1); choices([7]); asyncio.run(later(0))",
        "branches(3); attempts(1); attempts(2); choices('x'); choices(5); asyncio.run(later(2))",
        "branches(6); attempts(2); choices(9); asyncio.run(later(1))",
    ],
)
def test_a_tracer_finds_the_same(tmp_path: Path, calls: str) -> None:
    """Lines that are missing and branches that are taken are those of coverage.py, for all statements."""
    path = tmp_path / "everything.py"
    path.write_text(f"{EVERYTHING}\n{calls}\n")
    tracer = Coverage(data_file=str(tmp_path / "traced"), config_file=False, branch=True, include=[str(path)])
    with tracer.collect():
        runpy.run_path(str(path))
    tracer.save()
    probes = Probes()
    exec(probes.compiled(path.read_bytes(), str(path)), {"__reached__": probes.reached})  # noqa: S102 - ours
    data = CoverageData(str(tmp_path / "measured"))
    data.add_arcs(probes.found())
    data.write()
    assert _said(tmp_path / "measured", path) == _said(tmp_path / "traced", path)


@pytest.mark.parametrize(("options", "least", "code"), [("-n0", 80, 0), ("-n2", 80, 0), ("-n2", 90, 1)])
def test_all_processes_count(tmp_path: Path, options: str, least: int, code: int) -> None:
    """What several processes of a session took is put together; what nobody imported is missing.

    Too little is a failure. The summary of the tests comes last.
    """
    for name, content in SUITE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    with (tmp_path / "pyproject.toml").open("a") as configuration:
        configuration.write(f"[tool.coverage.report]\nfail_under = {least}\n")
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)  # of whoever runs this suite
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-p", "measuring"]
    done = subprocess.run(
        [*command, "--measure", "--dist=loadfile", options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("That is too little" in done.stdout) is bool(code)
    assert "passed" in done.stdout.splitlines()[-1]
    package = tmp_path / "src" / "plimsoll"
    assert _said(tmp_path / ".coverage", package / "one.py") == ([], {2: (2, 2)})
    assert _said(tmp_path / ".coverage", package / "two.py") == ([1], {})


def _said(data: Path, path: Path) -> tuple[list[int], dict[int, tuple[int, int]]]:
    """Return the lines that are missing, and of each branch how many ways there are and were taken."""
    coverage = Coverage(data_file=str(data), config_file=False)
    coverage.load()
    return coverage.analysis2(str(path))[3], coverage.branch_stats(str(path))
