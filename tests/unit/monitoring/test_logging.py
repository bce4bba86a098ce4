"""Logs."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from plimsoll.monitoring.logging import configure_logging, log_line, without_secrets

KEY = "plk_" + "s" * 43


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Yield where logs go, and put logging back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the events of a log."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def refuse(held: str) -> None:
    """Raise an error that says a secret and holds another."""
    if held:
        raise ValueError(f"wrong key {KEY}")


def test_an_event_is_one_line_of_json_with_its_context(stream: io.StringIO) -> None:
    """Time, level, logger and the id of the request are there."""
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("plimsoll.test").info("done", count=3)
    (event,) = lines(stream)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "done",
        "count": 3,
        "level": "info",
        "logger": "plimsoll.test",
        "request_id": "r1",
    }


def test_libraries_log_in_the_same_form(stream: io.StringIO) -> None:
    """What goes through the standard library comes out as JSON as well."""
    logging.getLogger("library").warning("it took %d ms", 7)
    assert lines(stream)[0]["event"] == "it took 7 ms"


def test_nobody_can_forge_a_line(stream: io.StringIO) -> None:
    """Line ends, escapes and quotes of a value stay inside its line."""
    forged = 'x\r\n{"event": "root signed in"}\x1b[2J\u2028'
    structlog.get_logger("plimsoll.test").info(forged, name=forged)
    (event,) = lines(stream)
    assert event["event"] == event["name"] == forged


def test_talkative_libraries_are_quiet(stream: io.StringIO) -> None:
    """What alembic says about its plug-ins at each start is left out."""
    logging.getLogger("alembic.runtime").info("setup")
    assert lines(stream) == []


def test_tracebacks_hold_no_secret_and_no_local_variable(stream: io.StringIO) -> None:
    """A traceback is there, without the key in its message and without what variables held."""
    held = f"{len(KEY)}-in-a-variable"
    try:
        refuse(held)
    except ValueError:
        structlog.get_logger("plimsoll.test").exception("failed")
    text = stream.getvalue()
    assert "Traceback" in text
    assert KEY not in text
    assert held not in text


@pytest.mark.parametrize(
    "event",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"cookie": "plimsoll=abc"},
        {"headers": {"X-Api-Key": "abc"}},
        {"event": f"got {KEY}"},
        {"event": "Bearer abc.def"},
        {"event": "http://127.0.0.1/sign-in#" + "t" * 43},
        {"event": "postgresql://plimsoll:abc@host/name"},
        {"event": "failed\n[SQL: SELECT 1]\n[parameters: {'name': 'abc'}]\n(Background on this error)"},
        {"values": ["Bearer abc", {"password": "abc"}]},
    ],
)
def test_secrets_are_hidden_wherever_they_stand(event: dict[str, Any]) -> None:
    """No form and no name of a secret lets it through."""
    shown = json.dumps(without_secrets(None, "info", event))
    assert "abc" not in shown
    assert KEY not in shown
    assert "t" * 43 not in shown
    assert "hidden" in shown


def test_a_line_looks_as_if_structlog_had_written_it(stream: io.StringIO) -> None:
    """The same fields in the same order, the context with them; below the level nothing is written."""
    structlog.get_logger("plimsoll.test").info("request", status=200, route="/x")
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        structlog.get_logger("plimsoll.test").info("request", status=200, route="/x")
        log_line("plimsoll.test", "request", status=200, route="/x")
    log_line("plimsoll.test", "request", status=200, route="/x")
    first, second, third, fourth = lines(stream)
    for slow, quick in ((first, fourth), (second, third)):
        assert list(slow) == list(quick)
        assert slow | {"timestamp": ""} == quick | {"timestamp": ""}
    assert len(first["timestamp"]) == len(fourth["timestamp"])
    configure_logging(stream, level=logging.WARNING)
    log_line("plimsoll.test", "request", status=200)
    assert len(lines(stream)) == 4


def test_a_line_without_configuration_goes_the_long_way() -> None:
    """A program that has configured structlog its own way, or not at all, gets the event there."""
    structlog.reset_defaults()
    with capture_logs() as logs:
        log_line("plimsoll.test", "request", status=200)
    assert logs == [{"event": "request", "status": 200, "log_level": "info"}]


def test_a_log_that_nobody_takes_stops_nothing(stream: io.StringIO) -> None:
    """A line that cannot be written is lost; what it tells of goes on."""
    stream.close()
    log_line("plimsoll.http", "request", status=200)
