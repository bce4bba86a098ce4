"""Regular expressions that take long for some texts, and readers of data that run what they read."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from types import ModuleType

import plimsoll

LENGTH = 4_000
SECONDS = 0.1
SEEDS = (
    "a",
    "0",
    " ",
    "\t",
    ".",
    "-",
    "_",
    "a0",
    "a ",
    "0.",
    "0,",
    ",",
    '"',
    "\\",
    '\\"',
    "(",
    "()",
    "/",
    "a.",
    "a-",
)
LATE = ("", "!", "\n", '"')
WHOLE = {"plimsoll.data.importers.columns._PARENTHESES"}  # only ever held against a whole text


def modules() -> Iterator[ModuleType]:
    """Yield every module of the library."""
    for found in pkgutil.walk_packages(plimsoll.__path__, "plimsoll."):
        if not found.name.endswith("__main__") and ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def patterns() -> "dict[re.Pattern[str] | re.Pattern[bytes], str]":
    """Return every compiled expression of the library, and where it is."""
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            values = value if isinstance(value, tuple | list) else (value,)
            for part in (
                inner for outer in values for inner in (outer if isinstance(outer, tuple) else (outer,))
            ):
                if isinstance(part, re.Pattern):
                    found[part] = f"{module.__name__}.{name}"
    return found


def hostile(pattern: str) -> Iterator[str]:
    """Yield long texts, some of them made of what the expression itself asks for."""
    own = set(re.sub(r"\\.|[\[\](){}|?*+^$.]", "", pattern)[:12])
    for seed in (*SEEDS, *own):
        yield from (seed * (LENGTH // len(seed)) + late for late in LATE)


def test_no_expression_takes_long_for_any_text() -> None:
    """Characters that almost fit are looked at about once: the time grows with the text, no faster."""
    slow = []
    checked = patterns()
    assert len(checked) > 30
    for pattern, place in checked.items():
        said = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        for text in hostile(said):
            begun = time.process_time()
            _hold_against(pattern, text, whole=place in WHOLE)
            if time.process_time() - begun > SECONDS:
                slow.append(f"{place} for {text[:5]!r}…{text[-2:]!r}")
                break
    assert slow == []


def _hold_against(pattern: "re.Pattern[str] | re.Pattern[bytes]", text: str, *, whole: bool) -> None:
    hold = pattern.fullmatch if whole else pattern.search
    hold(text if isinstance(pattern.pattern, str) else text.encode())  # type: ignore[arg-type] # of its kind
