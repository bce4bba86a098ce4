"""Every command and every snippet in a document works."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
DOCUMENTS = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[tuple[Path, str]]:
    return [
        (path, text)
        for path in DOCUMENTS
        for kind, text in BLOCK.findall(path.read_text())
        if kind == language
    ]


def _commands() -> list[tuple[str, str]]:
    lines = [(path, line) for path, text in _blocks("console") for line in text.splitlines()]
    commands = [(path, line[2:].split("  #")[0].strip()) for path, line in lines if line.startswith("$ ")]
    return [(str(path.relative_to(PROJECT)), command) for path, command in commands]


@pytest.mark.parametrize(("document", "command"), _commands())
def test_command_works(document: str, command: str, tmp_path: Path) -> None:
    """A command that a document shows ends with exit code 0; of make, the recipe is found."""
    if command.startswith("make "):
        done = subprocess.run([*command.split(), "--dry-run"], cwd=PROJECT, capture_output=True, check=False)
    elif command.startswith("source "):
        assert command == "source .venv/bin/activate"
        return
    else:
        shutil.copytree(PROJECT / "examples", tmp_path / "examples")
        (tmp_path / "build" / "out").mkdir(parents=True)
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path,
            env={"PATH": path, "HOME": str(tmp_path)},
            capture_output=True,
            check=False,
        )
    assert done.returncode == 0, f"{document}: {command}\n{done.stderr.decode()}"


@pytest.mark.parametrize(("document", "code"), [(path.name, text) for path, text in _blocks("python")])
def test_snippet_runs(document: str, code: str, tmp_path: Path) -> None:
    """A Python snippet that a document shows runs as it stands."""
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{document}\n{done.stderr}"


def test_links_lead_somewhere() -> None:
    """Every relative link in a document names a file that exists."""
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
            assert "://" in target or (path.parent / target).exists(), f"{path.name}: {target}"
