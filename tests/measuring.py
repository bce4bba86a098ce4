"""Which lines and branches of the library the tests take: pytest with ``--measure``, reported by coverage.py.

Each statement of the library notes that it was reached, in one list for all threads and tasks. A tracer
halves the speed of whatever Python does, other libraries included; this costs a tenth. The figures are those
of a tracer, but that the line of an ``except`` or ``case`` counts only where it or one after it fits.
"""

import ast
import builtins
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from io import StringIO
from itertools import pairwise
from threading import Lock
from types import CodeType
from typing import Any

import pytest

Arc = tuple[int, int]
_PACKAGE = "plimsoll"
_NAME = "__reached__"


class Probes(MetaPathFinder):
    """Finds the library, and puts statements into it that note what was reached."""

    def __init__(self) -> None:
        self.reached: list[bool] = []
        self.meaning: list[tuple[str, tuple[Arc, ...]]] = []
        self._numbering = Lock()  # threads import as well

    def install(self) -> None:
        """Let what is imported from now on have probes in it."""
        if _PACKAGE in sys.modules:  # by the conftest.py of a folder that was named
            raise pytest.UsageError("--measure comes too late here; say: pytest --measure tests -k ...")
        vars(builtins)[_NAME] = self.reached
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        """Return how a module of the library is loaded; others are none of our business."""
        if name.partition(".")[0] != _PACKAGE:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader, self)
        return spec

    def compiled(self, source: bytes, path: str) -> CodeType:
        """Return the code of a file with probes in it."""

        def probe(at: ast.AST, arcs: Iterable[Arc]) -> ast.stmt:
            self.meaning.append((path, tuple(arcs)))
            item = ast.Subscript(ast.Name(_NAME, ast.Load()), ast.Constant(len(self.reached)), ast.Store())
            self.reached.append(False)
            return ast.fix_missing_locations(ast.copy_location(ast.Assign([item], ast.Constant(True)), at))

        with self._numbering:
            tree = _Instrumented(probe).file(ast.parse(source))
        return compile(tree, path, "exec", dont_inherit=True)

    def found(self) -> dict[str, list[Arc]]:
        """Return what was reached, by file: from which line to which, and (n, n) for line n."""
        found: dict[str, list[Arc]] = {}
        for (path, arcs), reached in zip(self.meaning, self.reached, strict=True):
            found.setdefault(path, []).extend(arcs if reached else ())
        return found


class _Loader(SourceFileLoader):
    def __init__(self, plain: SourceFileLoader, probes: Probes) -> None:
        super().__init__(plain.name, plain.path)
        self.probes = probes

    def get_code(self, _: str) -> CodeType:
        """Return the code with probes; what Python keeps in its cache has none."""
        return self.probes.compiled(self.get_data(self.path), self.path)


class _Instrumented:
    """The statements of a file with probes in between; `after` is the line where it goes on behind them."""

    def __init__(self, probe: Callable[[ast.AST, Iterable[Arc]], ast.stmt]) -> None:
        self.probe = probe

    def file(self, tree: ast.Module) -> ast.Module:
        tree.body = self.body(tree.body, -1)
        return tree

    def body(self, body: list[ast.stmt], after: int) -> list[ast.stmt]:
        """Return what stands in a module, class or function: some of it has to come first."""
        first = [node for node in body[:1] if ast.unparse(node)[:1] in {"'", '"'}]
        first += [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        rest = self.block(body[len(first) :], after)
        return [*first, *(self.probe(node, _itself(node)) for node in first[-1:]), *rest]

    def block(self, block: Sequence[ast.stmt], after: int) -> list[ast.stmt]:
        ends = [*(_lines(node)[0] for node in block if _counts(node)), after]
        instrumented = []
        for node in block:
            if _counts(node):
                del ends[0]
                instrumented.append(self.probe(node, _itself(node)))
            self.inside(node, ends[0])
            instrumented.append(node)
        return instrumented

    def inside(self, node: ast.stmt, after: int) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                node.body = self.body(node.body, -_lines(node)[0])
            case ast.If():
                node.body = self.side(node, node.body, after)
                node.orelse = self.side(node, node.orelse, after)
            case ast.For() | ast.AsyncFor() | ast.While():
                node.body = self.side(node, node.body, node.lineno)
                node.orelse = self.side(node, node.orelse, after)
            case ast.With() | ast.AsyncWith():
                node.body = self.block(node.body, after)
            case ast.Try() | ast.TryStar():
                self.attempt(node, after)
            case ast.Match():
                self.choice(node, after)

    def side(self, node: ast.stmt, block: Sequence[ast.stmt], after: int) -> list[ast.stmt]:
        """Return one of the two sides of a branch."""
        return [self.probe(node, [(node.lineno, _first(block, after))]), *self.block(block, after)]

    def attempt(self, node: ast.Try | ast.TryStar, after: int) -> None:
        last = _first(node.finalbody, after)
        tried = []
        for handler in node.handlers:
            tried.append((handler.lineno, handler.lineno))
            handler.body = [self.probe(handler, tried), *self.block(handler.body, last)]
        node.body = self.block(node.body, _first(node.orelse, last))
        node.orelse = self.block(node.orelse, last)
        node.finalbody = self.block(node.finalbody, after)

    def choice(self, node: ast.Match, after: int) -> None:
        tried = [node.lineno]
        for case in node.cases:
            tried.append(case.pattern.lineno)
            lines = pairwise([*tried, _first(case.body, after)])
            case.body = [self.probe(case.pattern, lines), *self.block(case.body, after)]
        last = node.cases[-1]
        if not (
            last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        ):
            none = self.probe(last.pattern, pairwise([*tried, after]))
            pattern = ast.copy_location(ast.MatchAs(), last.pattern)
            node.cases.append(ast.match_case(pattern=pattern, body=[none]))


def _counts(node: ast.stmt) -> bool:
    """Return whether a statement leaves anything to execute."""
    return not isinstance(node, ast.Global | ast.Nonlocal)


def _lines(node: ast.stmt) -> list[int]:
    return [*(one.lineno for one in getattr(node, "decorator_list", ())), node.lineno]


def _itself(node: ast.stmt) -> list[Arc]:
    return [(line, line) for line in _lines(node)]


def _first(block: Sequence[ast.stmt], after: int) -> int:
    return next((_lines(node)[0] for node in block if _counts(node)), after)


class _Measurement:
    """A plugin of each process of a test session; where several run tests, one collects what they found."""

    def __init__(self) -> None:
        self.probes = Probes()
        self.found: dict[str, set[Arc]] = {}
        self.report = ""

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a process found."""
        self.add(getattr(node, "workeroutput", {}).get(_NAME, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what was found, or write it where coverage.py looks for it, and have it judged."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_NAME] = self.probes.found()
            return
        from coverage import Coverage, CoverageData

        self.add(self.probes.found())
        root = session.config.rootpath
        data = CoverageData(str(root / ".coverage"))
        data.erase()
        data.add_arcs(self.found)
        data.touch_files([str(path) for path in (root / "src" / _PACKAGE).rglob("*.py")])
        data.write()
        coverage = Coverage(str(root / ".coverage"), config_file=str(root / "pyproject.toml"))
        coverage.load()
        told = StringIO()
        percent = coverage.report(file=told)
        least = coverage.get_option("report:fail_under")
        if percent < float(str(least)):
            told.write(f"That is too little: {least} % is wanted.\n")
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        self.report = told.getvalue()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report before the summary of the tests, which comes last."""
        terminalreporter.section("coverage")
        terminalreporter.write(self.report)

    def add(self, found: dict[str, list[Arc]]) -> None:
        for path, arcs in found.items():
            self.found.setdefault(path, set()).update(arcs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--measure", action="store_true", help="note which lines and branches are taken")


def pytest_configure(config: pytest.Config) -> None:
    """Begin before anything is imported."""
    if config.getoption("--measure"):
        measurement = _Measurement()
        measurement.probes.install()
        config.pluginmanager.register(measurement, "measurement")
