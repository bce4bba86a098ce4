"""The table of requirements: complete, and each test that it names is there; `named_tests.py` sees it run."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from named_tests import TEST

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "SECURITY_IMPLEMENTATION_GUIDE.md"
# ASVS 5.0.0: for each section the level of its requirements, the first one first.
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]*) \| ([^|]+) \|")


def rows() -> list[tuple[str, str, str, str, str]]:
    """Return the rows of the table."""
    found = [line for line in GUIDE.read_text().splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)]
    matched = [ROW.fullmatch(line) for line in found]
    assert all(matched), [line for line, match in zip(found, matched, strict=True) if match is None]
    return [match.groups() for match in matched if match is not None]  # type: ignore[misc] # five of them


def required() -> dict[str, str]:
    """Return the requirements of Levels 1 and 2 and their levels."""
    return {
        f"{section}.{number}": level
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, 1)
        if level in "12"
    }


@cache
def named_in(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse(path.read_text())
    named = (node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in named if name.startswith("test_"))


def test_every_requirement_is_in_the_table_once() -> None:
    """All 253 of Levels 1 and 2 are there, in order, with their level."""
    wanted = required()
    assert len(wanted) == 253
    assert [(name, level) for name, level, *_ in rows()] == list(wanted.items())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_says_how_it_is_met(row: tuple[str, str, str, str, str]) -> None:
    """It names tests that exist, a document, or why there is nothing to meet, or what is missing."""
    _, _, asked, where, shown = row
    assert len(asked) > 2
    named = TEST.findall(shown)
    if not named:
        assert re.match(r"\*n/a\*: .{4,}|\*\*open\*\*: .{10,}|by design: .{4,}|document: .{4,}", shown), shown
        return
    assert where.strip()
    for file, name in named:
        path = PROJECT / file
        assert path.is_file(), file
        assert named_in(path) if not name else name in named_in(path), f"{file}::{name}"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_what_it_names_is_there(row: tuple[str, str, str, str, str]) -> None:
    """Source files that are named exist under that name."""
    for name in re.findall(r"`((?:\w+/)*\w+\.py)`", row[3]):
        found = list((PROJECT / "src" / "plimsoll").rglob(name)) + list(PROJECT.glob(name))
        assert found, name


def test_links_within_the_guide_lead_somewhere() -> None:
    """Every chapter and every page that the guide points to is there."""
    text = GUIDE.read_text()
    chapters = {
        re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        page, _, chapter = target.partition("#")
        if page:
            assert (GUIDE.parent / page).exists(), target
        elif chapter:
            assert chapter in chapters, target
