"""How a running platform is found."""

import json
import threading
import time
from pathlib import Path

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.running import NOTE, announced, running_url

URL = "http://127.0.0.1:8000"


def test_a_running_platform_is_found(tmp_path: Path) -> None:
    """As long as it runs, and not before or after."""
    assert running_url(tmp_path) is None
    with announced(tmp_path, URL):
        assert running_url(tmp_path) == URL
    assert running_url(tmp_path) is None


def test_there_is_one_at_a_time(tmp_path: Path) -> None:
    """A second one in the same directory is refused."""
    second = announced(tmp_path, URL)
    with announced(tmp_path, URL), pytest.raises(UnavailableError, match="another plimsoll up"), second:
        pass


def test_the_note_of_a_dead_one_misleads_nobody(tmp_path: Path) -> None:
    """A note without a lock counts for nothing, whatever it says."""
    (tmp_path / NOTE).write_text(json.dumps({"url": URL}))
    assert running_url(tmp_path) is None
    with announced(tmp_path, URL):
        (tmp_path / NOTE).write_text("{")
        assert running_url(tmp_path) is None


def test_looking_does_not_get_in_the_way(tmp_path: Path) -> None:
    """A platform starts also while somebody looks all the time whether one runs."""
    with announced(tmp_path, URL):
        pass
    end = time.monotonic() + 0.5
    looking = threading.Thread(
        target=lambda: [running_url(tmp_path) for _ in iter(lambda: time.monotonic() < end, False)]
    )
    looking.start()
    while looking.is_alive():
        with announced(tmp_path, URL):
            pass
    looking.join()


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    """The message names it."""
    with pytest.raises(UnavailableError, match="absent"), announced(tmp_path / "absent", URL):
        pass
