"""Rules about the source, each shown to bite, and the library held against them."""

from pathlib import Path

import pytest

from source_rules import REVIEWED, violations

PROJECT = Path(__file__).parents[2]
BAD: dict[str, tuple[str, ...]] = {
    "dangerous-readers": (
        "import pickle",
        "import yaml",
        "import xml.dom",
        "import zipfile",
    ),
    "guessable-numbers": ("import random",),
    "built-statements": (
        'text(f"SELECT * FROM t ORDER BY {column}")',
        'session.execute("DELETE FROM t WHERE id = " + key)',
        'connection.execute("UPDATE t SET a = %s" % value)',
        'text("SELECT {} FROM t".format(column))',
    ),
    "hasty-comparisons": ("if digest(token) == row.digest: ...", "ok = given_token != token"),
    "trusting-connections": (
        "Client(follow_redirects=True)",
        "get(url, verify=False)",
        "context.verify_mode(ssl.CERT_NONE)",
        "create(check_hostname=False)",
    ),
    "open-doors": (
        "from fastapi.middleware.cors import CORSMiddleware",
        "app = FastAPI()",
        "app = FastAPI(openapi_url=None, docs_url=None)",
    ),
}
GOOD: dict[str, tuple[str, ...]] = {
    "dangerous-readers": ("import json", "import pyarrow.parquet as parquet"),
    "guessable-numbers": ("import secrets", "from numpy.random import Generator"),
    "built-statements": (
        'text("SELECT 1 WHERE a = :a")',
        'log(f"select {x}")',
        "session.execute(select(Row))",
    ),
    "hasty-comparisons": (
        "hmac.compare_digest(a.digest, b)",
        'if scheme == "token": ...',
        "count == 3",
        "SessionRow.token == digest",
    ),
    "trusting-connections": ("Client(follow_redirects=False)", "Client(verify=True)"),
    "open-doors": ("FastAPI(openapi_url=None, docs_url=None, redirect_slashes=False)",),
}
PAGES = (
    ("x.js", "node.innerHTML = name;"),
    ("x.js", "document.write(name);"),
    ("x.js", "localStorage.setItem('token', token);"),
    ("x.html", '<a onclick="go()">'),
    ("x.html.j2", "{{ name | safe }}"),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return an empty project."""
    (tmp_path / "src").mkdir()
    return tmp_path


def test_the_library_keeps_the_rules() -> None:
    """No violation is in the source but those that somebody has looked at, and none of these is outdated."""
    found = list(violations(PROJECT))
    assert [one for one in found if (one.rule, one.file) not in REVIEWED] == []
    reviewed = {(rule, file) for rule, file in REVIEWED if (PROJECT / file).exists()}
    assert reviewed == {(one.rule, one.file) for one in found}


@pytest.mark.parametrize("rule", BAD)
def test_the_rule_bites_and_lets_the_rest_be(rule: str, project: Path) -> None:
    """Each bad line is found, no good line is."""
    for line in BAD[rule]:
        (project / "src" / "x.py").write_text(line + "\n")
        assert [one.rule for one in violations(project)] == [rule], line
    for line in GOOD[rule]:
        (project / "src" / "x.py").write_text(line + "\n")
        assert list(violations(project)) == [], line


@pytest.mark.parametrize(("name", "line"), PAGES)
def test_the_rule_about_pages_bites(name: str, line: str, project: Path) -> None:
    """A script that writes markup and a template that trusts a text are found."""
    (project / "src" / name).write_text(line + "\n")
    assert [one.rule for one in violations(project)] == ["living-pages"]
    (project / "src" / name).write_text("node.textContent = name;\n")
    assert list(violations(project)) == []
