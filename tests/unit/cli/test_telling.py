"""What whoever starts the platform is told."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from plimsoll.cli.telling import Telling
from plimsoll.services.risk_api.installation import Installation

URL, METRICS = "http://127.0.0.1:8000", "http://127.0.0.1:8001/metrics"


def told(capfd: pytest.CaptureFixture[str], place: Path, link: str, *, json: bool, web: str = URL) -> str:
    """Return what stands on stdout when the platform is ready."""
    status = Console(file=io.StringIO()).status("…")
    Telling(status, place, json).ready(Installation(place), (URL, web), METRICS, link)
    return capfd.readouterr().out


def test_machines_are_told_in_one_line(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Everything that a program needs, as JSON."""
    line = told(capfd, tmp_path, f"{URL}/sign-in#x", json=True)
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "url": URL,
        "web": URL,
        "sign_in": f"{URL}/sign-in#x",
        "metrics": METRICS,
        "data_directory": str(tmp_path),
        "api_key_file": str(tmp_path / "api-key"),
    }


def test_people_are_told_what_to_do_next(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where it is, who may come, and commands that work for this data directory."""
    text = told(capfd, tmp_path, f"{URL}/sign-in#plf_x", json=False, web="https://risk.example.com")
    assert "for this machine only, and at https://risk.example.com" in text
    assert "First account" in text
    assert f"plimsoll runs list --data-dir {tmp_path}" in text
    assert "Sign in, once" in told(capfd, tmp_path, f"{URL}/sign-in#x", json=False)
