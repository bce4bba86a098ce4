"""The house rules hold here, and each of them would notice if they did not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import house

PROJECT = Path(__file__).parents[2]
GOOD_MODULE = (
    '"""A module."""\n\n__all__ = ["answer"]\n\n\ndef answer() -> int:\n    """Return it."""\n    return 42\n'
)
SILENCE = "no" + "qa: E501"
GOOD_TEST = 'def test_answer() -> None:\n    """The answer is known."""\n'

Rule = Callable[[Path], Iterator[str]]
RULES = [
    house.oversized,
    house.badly_named,
    house.unmirrored,
    house.badly_listed,
    house.undescribed_tests,
    house.unexplained_exemptions,
    house.dated_archives,
    house.machine_paths,
    house.impure_engine,
    house.roundabout_imports,
]

VIOLATIONS: list[tuple[Rule, str, str]] = [
    (house.oversized, "src/plimsoll/answer.py", GOOD_MODULE + "\n" * 400),
    (house.oversized, "tests/unit/test_answer.py", GOOD_TEST + "\n" * 800),
    (house.badly_named, "src/plimsoll/utils.py", GOOD_MODULE),
    (house.badly_named, "src/plimsoll/common/answer.py", GOOD_MODULE),
    (house.unmirrored, "src/plimsoll/lonely.py", GOOD_MODULE),
    (house.unmirrored, "tests/unit/test_nothing.py", GOOD_TEST),
    (house.badly_listed, "src/plimsoll/answer.py", GOOD_MODULE.replace('__all__ = ["answer"]\n', "")),
    (house.badly_listed, "src/plimsoll/answer.py", GOOD_MODULE.replace('["answer"]', "[]")),
    (house.badly_listed, "src/plimsoll/answer.py", GOOD_MODULE.replace('["answer"]', '["b", "answer"]')),
    (house.undescribed_tests, "tests/unit/test_answer.py", "def test_answer() -> None:\n    pass\n"),
    (house.unexplained_exemptions, "src/plimsoll/answer.py", GOOD_MODULE + f"x = 1  # {SILENCE}\n"),
    (house.badly_named, "src/plimsoll/_price_utils2.py", GOOD_MODULE),
    (house.unmirrored, "tests/unit/test_answer.py", '"""Nothing."""\n'),
    (house.undescribed_tests, "tests/unit/test_answer.py", 'async def test_a() -> None:\n    """."""\n'),
    (house.unexplained_exemptions, "src/plimsoll/answer.py", f"# ruff: {SILENCE} - \n" + GOOD_MODULE),
    (house.unexplained_exemptions, "benchmarks/answer.py", GOOD_MODULE + f"x = 1  # {SILENCE}\n"),
    (house.dated_archives, "tests/unit/test_answer.py", "import gzip\n\nPACKED = gzip.compress(b'x')\n"),
    (house.machine_paths, "docs/guide.md", "See /" + "work/main.\n"),
    (house.machine_paths, "Makefile", "x:\n\tls /" + "root/\n"),
    (house.impure_engine, "src/plimsoll/risk/answer.py", "import sqlite3\n" + GOOD_MODULE),
    (
        house.impure_engine,
        "src/plimsoll/risk/answer.py",
        "from importlib import import_module\n" + GOOD_MODULE,
    ),
    (house.impure_engine, "src/plimsoll/risk/answer.py", "import skfolio\n" + GOOD_MODULE),
    (house.roundabout_imports, "src/plimsoll/answer.py", "from plimsoll import report\n" + GOOD_MODULE),
    (house.roundabout_imports, "src/plimsoll/answer.py", "import plimsoll\n" + GOOD_MODULE),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_this_project_keeps_the_rule(rule: Rule) -> None:
    """No file of this project breaks the rule."""
    assert list(rule(PROJECT)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_project_passes(rule: Rule, tmp_path: Path) -> None:
    """A small project that keeps all rules has no violation."""
    assert list(rule(_project(tmp_path))) == []


@pytest.mark.parametrize(("rule", "path", "text"), VIOLATIONS)
def test_a_violation_is_caught(rule: Rule, path: str, text: str, tmp_path: Path) -> None:
    """Each rule names the file that breaks it."""
    project = _project(tmp_path)
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text)
    assert any(Path(path).name.removeprefix("test_") in found for found in rule(project))


def test_a_reason_excuses_an_exemption(tmp_path: Path) -> None:
    """A silenced check with its reason beside it is allowed."""
    project = _project(tmp_path)
    excused = f"{GOOD_MODULE}x = 1  # {SILENCE} - the table reads better in one line\n"
    (project / "src/plimsoll/answer.py").write_text(excused)
    assert list(house.unexplained_exemptions(project)) == []


def _project(folder: Path) -> Path:
    for path, text in {
        "src/plimsoll/answer.py": GOOD_MODULE,
        "src/plimsoll/__init__.py": '"""A package."""\n',
        "tests/unit/test_answer.py": GOOD_TEST,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder
