"""The import contracts hold here, and each of them catches a deliberate violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LAYERS = (
    *("cli", "services", "client", "workflows", "settings", "data", "security", "reporting"),
    *("risk", "performance", "monitoring", "wire", "errors"),
)
SERVICES = ("risk_api", "web_app", "dash_app", "worker")

VIOLATIONS = {
    "a lower layer imports a higher one": ("layers", "risk", "import plimsoll.data"),
    "siblings that may not see each other": ("layers", "data", "import plimsoll.reporting"),
    "client and workflows may not see each other": ("layers", "client", "import plimsoll.workflows"),
    "errors depend on nothing": ("layers", "errors", "import plimsoll.wire"),
    "an import inside a function counts": ("layers", "risk", "def late():\n    import plimsoll.data"),
    "a module outside every layer": ("layers", "stray", ""),
    "the engine opens files": ("pure-engine", "risk", "import os"),
    "the engine reads the clock": ("pure-engine", "risk", "import time"),
    "the engine logs": ("pure-engine", "risk", "import logging"),
    "the engine knows a framework": ("pure-engine", "risk", "import pydantic"),
    "the engine does so through a friend": ("pure-engine", "errors", "import os"),
    "the web app goes round the client": ("one-door", "services/web_app", "import plimsoll.risk"),
    "the Dash app goes round the client": ("one-door", "services/dash_app", "import plimsoll.workflows"),
    "the engine reads settings": ("settings", "performance", "import plimsoll.settings"),
    "a workflow reads settings": ("settings", "workflows", "import plimsoll.settings"),
    "two packages lean on each other": ("acyclic", "data/one", "import plimsoll.data.two"),
}


def test_contracts_hold_here() -> None:
    """The project itself keeps every contract."""
    done = _lint(PROJECT)
    assert done.returncode == 0, done.stdout


def test_a_house_with_every_layer_passes(tmp_path: Path) -> None:
    """An empty package for each layer, and the allowed imports, break nothing."""
    house = _house(tmp_path)
    _write(house, "cli", "import plimsoll.settings\nimport plimsoll.workflows")
    _write(house, "services/risk_api/portfolios", "import plimsoll.workflows")
    _write(house, "services/web_app", "import plimsoll.client")
    _write(house, "workflows", "import plimsoll.data\nimport plimsoll.risk")
    done = _lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_violation_is_caught(violation: str, tmp_path: Path) -> None:
    """The contract that stands for the rule breaks, and says so."""
    contract, module, code = VIOLATIONS[violation]
    house = _house(tmp_path)
    _write(house, "data/two", "import plimsoll.data.one" if contract == "acyclic" else "")
    _write(house, "data/one", "")
    _write(house, "risk", "import plimsoll.errors")
    _write(house, module, code if module != "risk" else f"import plimsoll.errors\n{code}")
    done = _lint(house, contract)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout or "plimsoll.stray" in done.stdout


def _house(folder: Path) -> Path:
    shutil.copy(PROJECT / "pyproject.toml", folder)
    _write(folder, "", "")
    (folder / "src" / "plimsoll" / "__main__.py").write_text("import plimsoll.cli\n")
    for module in (*LAYERS, *(f"services/{name}" for name in SERVICES)):
        _write(folder, module, "")
    return folder


def _write(house: Path, module: str, code: str) -> None:
    package = house / "src" / "plimsoll" / module
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(code + "\n")


def _lint(house: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    program = (
        f"import sys; sys.path.insert(0, {str(house / 'src')!r}); "
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", program, "--no-cache", "--no-logo", *chosen],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )
