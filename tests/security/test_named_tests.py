"""Evidence that is named has to have run: the plugin that looks, on a small suite of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from named_tests import GUIDE, named, not_passed

TESTS = Path(__file__).parents[1]
SHOWN = "`tests/test_a.py::test_one`, `tests/test_a.py::test_two`, `tests/test_b.py`"
ROW = f"| 1.1.1 | 1 | It holds | here | {SHOWN} |\n"
FILES = {
    "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
    str(GUIDE): f"`tests/test_a.py::test_prose` is no row.\n{ROW}",
    "tests/test_a.py": "import os\nimport pytest\n\n\n@pytest.mark.parametrize('x', [1, 2])\n"
    "def test_one(x): pass\n\n\n"
    "@pytest.mark.skipif('SKIP' in os.environ, reason='today')\ndef test_two(): pass\n",
    "tests/test_b.py": "class TestIt:\n    def test_three(self): pass\n",
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small project whose guide names its tests."""
    folder = tmp_path_factory.mktemp("suite")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.mark.parametrize(
    ("options", "skipped", "code"),
    [
        (["-n2"], False, 0),
        (["-n2"], True, 1),
        (["-n0"], True, 1),
        (["-n0", "-k", "one"], True, 0),
        (["-n0", "tests/test_a.py"], True, 0),
    ],
)
def test_a_whole_run_needs_its_evidence(suite: Path, options: list[str], skipped: bool, code: int) -> None:
    """A test that was skipped is named and fails the run, with processes beside or without; parts pass."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment |= {"SKIP": "1"} if skipped else {}
    environment.pop("PYTEST_ADDOPTS", None)  # of whoever runs this suite
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-p", "named_tests"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *options],
        cwd=suite,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("tests/test_a.py::test_two (docs/" in done.stdout) == bool(code)
    assert "test_prose" not in done.stdout
    assert "test_b" not in done.stdout


def test_parameters_and_classes_count_for_their_function() -> None:
    """Rows name functions and files; what ran has classes and parameters in its name."""
    wanted = named(ROW)
    assert wanted == {"tests/test_a.py::test_one", "tests/test_a.py::test_two", "tests/test_b.py"}
    passed = {"tests/test_a.py::test_one[x::y]", "tests/test_b.py::TestIt::test_three"}
    assert list(not_passed(wanted, passed)) == ["tests/test_a.py::test_two"]
