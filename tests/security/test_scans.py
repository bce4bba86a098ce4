"""The scans of `make scan`: each finds nothing here, and finds what it is for elsewhere."""

import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from supply_chain import (
    EXTRAS,
    advised,
    bill_of_materials,
    licence,
    locked,
    main,
    normal,
    shipped,
    unlicensed,
)

PROJECT = Path(__file__).parents[2]
WEAK = {
    "a shell": "import subprocess\nsubprocess.call(word, shell=True)\n",
    "a broken hash": "import hashlib\nhashlib.md5(word)\n",
    "code from a text": "exec(word)\n",
    "an unchecked certificate": "import ssl\nssl._create_unverified_context()\n",
}


class Pretended(Distribution):
    """A distribution that is not installed."""

    def __init__(self, name: str, licence: str) -> None:
        self._message = Message()
        self._message["Name"], self._message["Version"], self._message["License"] = name, "1.0", licence

    @property
    def metadata(self) -> Any:
        """Return what it says of itself."""
        return self._message

    def read_text(self, filename: str) -> str | None:
        """Return nothing: it has no files."""

    def locate_file(self, path: Any) -> Any:
        """Return nowhere."""
        return Path(path)


def ran(*words: str | Path, text: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a tool beside the interpreter of the tests."""
    tool = Path(sys.executable).with_name(str(words[0]))
    return subprocess.run(
        [tool, *words[1:]], cwd=PROJECT, input=text, capture_output=True, text=True, timeout=120, check=False
    )


def test_bandit_finds_nothing() -> None:
    """No weakness that bandit knows is in the library, but those whose reason stands beside them."""
    found = ran("bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", "src")
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("weakness", WEAK)
def test_bandit_bites(weakness: str, tmp_path: Path) -> None:
    """With our configuration it finds what it should."""
    (tmp_path / "x.py").write_text(WEAK[weakness])
    assert ran("bandit", "--quiet", "--configfile", "pyproject.toml", tmp_path / "x.py").returncode == 1


def test_no_secret_is_in_what_configures_the_project() -> None:
    """Settings, command line and build are free of secrets; `make scan` looks at all other files as well."""
    places = ("src/plimsoll/settings.py", "src/plimsoll/cli", ".github", ".ci", "pyproject.toml", "Makefile")
    listed = subprocess.run(
        ["git", "ls-files", *places], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    files = [name for name in listed if (PROJECT / name).exists()]
    assert len(files) > 10
    found = ran("detect-secrets-hook", "--baseline", ".secrets.baseline", "--no-verify", *files)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    "secret",
    [
        'key = "AKIA' + 'IOSFODNN7EXAMPLZ"',
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        'url = "postgresql://user:' + 'correcthorse@db.internal/x"',
        'github = "ghp_' + "a1B2c3D4e5" * 3 + 'f6G7h8"',
    ],
)
def test_a_secret_is_found(secret: str, tmp_path: Path) -> None:
    """Keys and passwords of the usual forms do not get into version control unseen."""
    (tmp_path / "x.py").write_text(secret + "\n")
    found = ran("detect-secrets-hook", "--baseline", ".secrets.baseline", "--no-verify", tmp_path / "x.py")
    assert found.returncode == 1


def test_all_licences_are_allowed() -> None:
    """Whatever an installation with every extra brings may be used and passed on."""
    assert list(unlicensed(shipped())) == []


@pytest.mark.parametrize("said", ["AGPL-3.0-only", "GPL-3.0", "Proprietary", ""])
def test_a_licence_with_conditions_is_found(said: str) -> None:
    """One that would bind our own code, or none at all, fails the scan."""
    one = Pretended("evil", said)
    assert (list(unlicensed([one])) != [], licence(one)) == (True, said)


def test_the_bill_of_materials_names_everything() -> None:
    """Everything that is shipped is in it, in the version that the lock file names, and nothing twice."""
    distributions = shipped()
    bill = bill_of_materials(distributions)
    named = {found["name"]: found["version"] for found in bill["components"]}
    assert set(named.items()) <= locked(PROJECT / "uv.lock")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS) == set(project["optional-dependencies"])
    direct = {normal(text.split(">=")[0].split("[")[0]) for text in project["dependencies"]}
    assert direct <= named.keys()
    assert len(bill["components"]) == len(named) > len(direct)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill_of_materials(distributions) == bill


@contextmanager
def advisories(status: int, vulnerable: str = "") -> Iterator[str]:
    """Serve a database of advisories on loopback."""

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wrong = asked["package"]["name"] == vulnerable
            said = {"vulns": [ADVISORY]} if wrong else {}
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


ADVISORY = {
    "id": "PYSEC-0000-1",
    "summary": "Everything is lost",
    "details": "Everything is lost",
    "affected": [
        {
            "package": {"name": "evil", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
            "versions": ["1.0"],
        }
    ],
}


def test_an_advisory_fails_the_scan() -> None:
    """What is known to be weak is named."""
    with advisories(200, "evil") as url:
        found = advised([Pretended("evil", "MIT"), Pretended("good", "MIT")], url)
    assert found
    assert any("PYSEC-0000-1" in line for line in found)


def test_no_advisory_passes_the_scan() -> None:
    """What is not known to be weak is let pass."""
    with advisories(200) as url:
        assert advised([Pretended("good", "MIT")], url) == []


def test_a_database_that_fails_fails_the_scan() -> None:
    """Who can be reached but does not answer is not taken for somebody who found nothing."""
    with advisories(500) as url:
        assert advised([Pretended("good", "MIT")], url)


def test_a_database_that_cannot_be_reached_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a network nothing is checked, and the scan does not pretend otherwise."""
    assert advised([Pretended("good", "MIT")], "http://127.0.0.1:9") is None
    assert main("http://127.0.0.1:9") == 0
    assert "cannot be reached, so nothing was checked" in capsys.readouterr().out


def test_the_same_scans_run_for_everybody() -> None:
    """Continuous integration runs what a person runs, on every change and once a day."""
    workflow = (PROJECT / ".github" / "workflows" / "scan.yml").read_text()
    made = (PROJECT / "Makefile").read_text()
    assert "make scan" in workflow
    assert "schedule:" in workflow
    for tool in ("bandit", "detect-secrets-hook", "supply_chain.py"):
        assert tool in made


def test_the_wheel_holds_the_library_alone() -> None:
    """No test, example or benchmark is shipped."""
    built = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert built["targets"]["wheel"]["packages"] == ["src/plimsoll"]
