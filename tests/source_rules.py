"""Rules for a class of weakness each, over the source of the library.

What ruff (flake8-bandit) and bandit know is not repeated here; these are the classes that they do not know or
know only in part.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REVIEWED = {
    ("built-statements", "src/plimsoll/data/store/look_ups.py"): "the names are those of our tables",
    ("built-statements", "src/plimsoll/data/store/schema.py"): "the names are our own roles",
    ("hasty-comparisons", "src/plimsoll/workflows/audit_sealing.py"): "both are ours: nobody offers a guess",
    ("hasty-comparisons", "src/plimsoll/workflows/audit_verification.py"): "both are ours, as above",
    ("hasty-comparisons", "src/plimsoll/workflows/cube_store.py"): "a check sum of data, which is no secret",
    ("hasty-comparisons", "src/plimsoll/workflows/password_changes.py"): "a hash against itself, read again",
    ("living-pages", "src/plimsoll/reporting/templates/report.html.j2"): "our style sheet and escaped SVG",
    ("living-pages", "src/plimsoll/services/risk_api/system/static/page.js"): "a tenant's name, as a text",
}
"""Violations that somebody has looked at, by rule and file, and why they stay."""

_RUN_WHAT_THEY_READ = {"pickle", "dill", "marshal", "shelve", "yaml", "jsonpickle", "joblib", "cloudpickle"}
_FOLLOW_WHAT_THEY_READ = {"xml", "lxml", "openpyxl", "xlrd", "zipfile", "tarfile"}
_SECRET = re.compile(r"(?:^|_)(?:digest|secret|token|signature|mac|hmac|otp|code_hash|password)$")
_STATEMENT = re.compile(r"(?i)\b(?:select|insert into|update|delete from|drop|alter|grant|set role)\b")
_SCRIPT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setTimeout\(\s*[\"']"
    r"|localStorage|sessionStorage|\bon\w+\s*=\s*[\"']"
)
_TEMPLATE = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
_PAGES = {".js": _SCRIPT, ".html": _SCRIPT, ".j2": _TEMPLATE}
_SHUT = {"openapi_url": "None", "docs_url": "None", "redirect_slashes": "False"}
_NO_SECRETS = {"client", "performance"}  # whose random numbers spread waiting times


@dataclass(frozen=True)
class Violation:
    """One line that breaks a rule."""

    rule: str
    file: str
    line: int
    reason: str


def violations(project: Path) -> Iterator[Violation]:
    """Yield all violations in the source folder of a project."""
    for path in sorted((project / "src").rglob("*")):
        file = str(path.relative_to(project))
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text())):
                for rule, reason in _of_node(node, path):
                    yield Violation(rule, file, getattr(node, "lineno", 0), reason)
        elif path.suffix in _PAGES:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if _PAGES[path.suffix].search(line):
                    reason = "writes markup, runs a text or leaves data in the browser"
                    yield Violation("living-pages", file, number, reason)


def _of_node(node: ast.AST, path: Path) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _of_import(node, path)
    elif isinstance(node, ast.Call):
        yield from _of_call(node, path)
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        sides = (node.left, *node.comparators)
        fixed = any(isinstance(side, ast.Constant) or _is_column(side) for side in sides)
        if not fixed and any(_SECRET.search(_last_name(side)) for side in sides):
            yield "hasty-comparisons", "stops at the first difference; hmac.compare_digest does not"


def _of_import(node: ast.Import | ast.ImportFrom, path: Path) -> Iterator[tuple[str, str]]:
    names = [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
    for name in names:
        if name.partition(".")[0] in _RUN_WHAT_THEY_READ | _FOLLOW_WHAT_THEY_READ:
            yield "dangerous-readers", f"{name} runs or follows what stands in the data"
        if name == "random" and not _NO_SECRETS & set(path.parts):
            yield "guessable-numbers", "its numbers can be guessed; secrets come from the module secrets"
        if name.endswith("CORSMiddleware"):
            yield "open-doors", "lets pages of other sites read answers"


def _of_call(node: ast.Call, path: Path) -> Iterator[tuple[str, str]]:
    called = _last_name(node.func)
    executes = called in ("text", "execute", "exec_driver_sql") and "migrations" not in path.parts
    if executes and node.args and _is_built(node.args[0]):
        yield "built-statements", "values are bound to a statement, not written into it"
    said = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if called == "FastAPI" and any(said.get(name) != value for name, value in _SHUT.items()):
        yield "open-doors", "serves the pages or the redirections of the framework"
    if said.get("follow_redirects") == "True":
        yield "trusting-connections", "goes where it is led"
    unchecked = said.get("verify") == "False" or said.get("check_hostname") == "False"
    if unchecked or any(_last_name(word) == "CERT_NONE" for word in node.args):
        yield "trusting-connections", "takes any certificate"


def _is_column(node: ast.AST) -> bool:
    """Return whether it is a column of a table: the database compares, by an index."""
    return isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(("Row", ".c", "_table"))


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_built(node: ast.AST) -> bool:
    """Return whether an expression is a statement with something put into it."""
    formats = isinstance(node, ast.Call) and _last_name(node.func) == "format"
    joins = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod)
    return (formats or joins or isinstance(node, ast.JoinedStr)) and bool(
        _STATEMENT.search(ast.unparse(node))
    )
