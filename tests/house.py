"""The house rules that no linter knows, each as a function from a project folder to its violations."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE_LINES = 400
TEST_LINES = 800
FORBIDDEN_NAMES = re.compile(
    r"(?:^|_)(?:utils?|utility|utilities|helpers?|base|managers?|common|misc|service|core|tools?)\d*(?:_|$)",
    re.IGNORECASE,
)
EXEMPTION = re.compile(
    r"#\s*(?:(?:ruff:\s*)?noqa|type:\s*ignore|mypy:|pragma:)([^#]*)(#.*\w.*)?", re.IGNORECASE
)
REASON = re.compile(r" - .*\w")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")
PURE_PACKAGES = {"numpy", "scipy", "plimsoll"}
PURE_MODULES = {
    *(
        "abc",
        "bisect",
        "collections",
        "concurrent",
        "contextlib",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
    ),
    *("fractions", "functools", "itertools", "math", "operator", "re", "statistics", "string", "threading"),
    *("types", "typing"),
}


def source_files(project: Path) -> list[Path]:
    """Return every module of the library."""
    return sorted((project / "src").rglob("*.py"))


def test_files(project: Path) -> list[Path]:
    """Return every file under tests."""
    return sorted((project / "tests").rglob("*.py"))


def oversized(project: Path) -> Iterator[str]:
    """Yield files that outgrow one idea."""
    for limit, paths in ((SOURCE_LINES, source_files(project)), (TEST_LINES, test_files(project))):
        for path in paths:
            lines = len(path.read_text().splitlines())
            if lines > limit:
                yield f"{path.relative_to(project)} has {lines} lines; the limit is {limit}"


def badly_named(project: Path) -> Iterator[str]:
    """Yield modules and packages whose name says nothing."""
    for path in source_files(project) + test_files(project):
        parts = [part.removesuffix(".py") for part in path.relative_to(project).parts]
        if any(FORBIDDEN_NAMES.search(part.removeprefix("test_")) for part in parts):
            yield f"{path.relative_to(project)} does not say what it holds"


def unmirrored(project: Path) -> Iterator[str]:
    """Yield modules without a unit test of the same name, and unit tests without a module."""
    package = project / "src" / "plimsoll"
    modules = {path.relative_to(package) for path in package.rglob("*.py") if path.name != "__init__.py"}
    unit = project / "tests" / "unit"
    found = [path for path in unit.rglob("test_*.py") if "def test_" in path.read_text()]
    mirrored = {path.relative_to(unit) for path in found} - {Path("test_house.py"), Path("test_plimsoll.py")}
    wanted = {module.with_name(f"test_{module.name}") for module in modules}
    yield from (f"tests/unit/{path} is missing" for path in sorted(wanted - mirrored))
    yield from (f"tests/unit/{path} tests no module of that name" for path in sorted(mirrored - wanted))


def badly_listed(project: Path) -> Iterator[str]:
    """Yield modules whose ``__all__`` is missing, unsorted or not exactly their public names."""
    for path in source_files(project):
        tree = ast.parse(path.read_text())
        public = {name for name in _defined(tree) if not name.startswith("_")}
        listed = _listed(tree)
        place = path.relative_to(project)
        if path.name == "__init__.py" and listed is None:
            continue
        if listed is None:
            yield f"{place} has no __all__"
        elif listed != sorted(listed):
            yield f"{place}: __all__ is not sorted"
        elif path.name != "__init__.py" and set(listed) != public:
            yield f"{place}: __all__ and the public names differ by {sorted(set(listed) ^ public)}"


def undescribed_tests(project: Path) -> Iterator[str]:
    """Yield tests whose docstring does not say the property."""
    for path in test_files(project):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith(
                "test_"
            ):
                continue
            if path.name.startswith("test_") and len((ast.get_docstring(node) or "").split()) < 3:
                yield f"{path.relative_to(project)}:{node.lineno} {node.name} says no property"


def unexplained_exemptions(project: Path) -> Iterator[str]:
    """Yield silenced checks without a reason beside them."""
    for path in source_files(project) + test_files(project) + sorted((project / "benchmarks").rglob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = EXEMPTION.search(line)
            if found and not found[2] and not REASON.search(found[1]):
                yield f"{path.relative_to(project)}:{number} silences a check without a reason"


def dated_archives(project: Path) -> Iterator[str]:
    """Yield tests whose gzip bytes hold the time of day: as parameters they differ between two workers."""
    for path in test_files(project):
        for node in ast.walk(ast.parse(path.read_text())):
            packs = isinstance(node, ast.Call) and ast.unparse(node.func) == "gzip.compress"
            if packs and "mtime" not in {keyword.arg for keyword in getattr(node, "keywords", [])}:
                place = f"{path.relative_to(project)}:{getattr(node, 'lineno', 0)}"
                yield f"{place} packs with the time of day; say mtime=0"


def machine_paths(project: Path) -> Iterator[str]:
    """Yield lines that name a place on one machine."""
    for path in _texts(project):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MACHINE_PATH.search(line):
                yield f"{path.relative_to(project)}:{number} names a place on one machine"


def impure_engine(project: Path) -> Iterator[str]:
    """Yield imports of the engine that are not on the short list of what pure code needs."""
    for path in sorted((project / "src" / "plimsoll" / "risk").rglob("*.py")):
        for number, name in _imports(path):
            allowed = PURE_MODULES if name in sys.stdlib_module_names else PURE_PACKAGES
            if name not in allowed:
                yield f"{path.relative_to(project)}:{number} imports {name}, which pure code does not need"


def roundabout_imports(project: Path) -> Iterator[str]:
    """Yield imports of the bare package from inside it: the notebook API is no way round layers."""
    package = project / "src" / "plimsoll"
    for path in source_files(project):
        for node in ast.walk(ast.parse(path.read_text())):
            bare = isinstance(node, ast.Import) and any(name.name == "plimsoll" for name in node.names)
            if bare or (isinstance(node, ast.ImportFrom) and node.module == "plimsoll"):
                yield f"{path.relative_to(package.parent.parent)} imports the bare package"


def _texts(project: Path) -> Iterator[Path]:
    folders = ("src", "tests", "docs", "benchmarks", "examples", ".github", ".ci")
    suffixes = {".py", ".md", ".toml", ".yml", ".yaml", ".j2", ".css", ".csv", ".json", ".txt", ""}
    for path in [*project.glob("*"), *(path for folder in folders for path in (project / folder).rglob("*"))]:
        if (
            path.is_file()
            and path.suffix in suffixes
            and path.name not in ("house.py", "uv.lock", ".coverage", ".git")
        ):
            yield path


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name.partition(".")[0]) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module.partition(".")[0]


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            return list(ast.literal_eval(node.value))
    return None
