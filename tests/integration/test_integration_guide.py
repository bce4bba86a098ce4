"""Every snippet of these guides runs as it stands beside a platform of a new user."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_process import PROGRAM, Running, environment, platform

PROJECT = Path(__file__).parents[2]
GUIDES = ("INTEGRATION_GUIDE.md", "guide/accounts.md", "guide/limits.md", "guide/roles.md", "guide/tokens.md")
GUIDE = "\n".join((PROJECT / "docs" / name).read_text(encoding="utf-8") for name in GUIDES)
FENCES = re.compile(r"^```(py|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SNIPPETS = FENCES.findall(GUIDE)
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a new user who has the examples."""
    return _new_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    """Yield the platform of that user."""
    with platform(home) as running:
        yield running


def test_the_guide_has_snippets_and_names_the_usual_address() -> None:
    """The snippets are found, and they name the address that the tests replace."""
    assert len(SNIPPETS) >= 6
    assert ADDRESS in GUIDE


@pytest.mark.parametrize(("kind", "code"), SNIPPETS, ids=lambda text: text.strip().splitlines()[0])
def test_snippet_runs(kind: str, code: str, home: Path, running: Running) -> None:
    """It ends with exit code 0, on another port only."""
    _run(kind, code, home, running)


def test_the_first_five_minutes_of_the_readme(tmp_path: Path) -> None:
    """Its commands run one after the other, for a user of their own: they replay ticks."""
    blocks = FENCES.findall((PROJECT / "README.md").read_text(encoding="utf-8"))
    with platform(_new_home(tmp_path)) as running:
        told = "".join(_run(kind, code, tmp_path, running) for kind, code in blocks)
    assert re.search(r"^VaR [\d,]+, ES [\d,]+ USD", told, re.MULTILINE)
    assert len(re.findall(r"  VaR [\d,]+ \[", told)) > 1, "live numbers do not move"


def _new_home(home: Path) -> Path:
    shutil.copytree(PROJECT / "examples", home / "examples")
    return home


def _run(kind: str, code: str, home: Path, running: Running) -> str:
    """Return what a snippet prints."""
    shell = ["/bin/sh", "-e", "-c"] if kind == "sh" else [sys.executable, "-W", "error", "-c"]
    known = environment(home)
    done = subprocess.run(
        [*shell, code.replace(ADDRESS, running.url)],
        cwd=home,
        env={**known, "PATH": f"{PROGRAM.parent}{os.pathsep}{known['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
