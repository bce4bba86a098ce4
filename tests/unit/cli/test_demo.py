"""``plimsoll demo live``: options that make no sense, and what a pipe gets."""

import json

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.errors import UsageError


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--speed", "0"], "--speed does not make sense"),
        (["--speed", "nan"], "--speed does not make sense"),
        (["--seconds", "0"], "--seconds does not make sense"),
        (["--by", "trader"], "no position has the attribute trader"),
    ],
)
def test_wrong_options_are_refused(options: list[str], text: str) -> None:
    """Each by name; the command line turns it into exit code 2."""
    outcome = CliRunner().invoke(app, ["demo", "live", *options])
    assert isinstance(outcome.exception, UsageError)
    assert text in str(outcome.exception)


def test_a_pipe_gets_one_line_a_day_and_the_end() -> None:
    """A year in a moment: the first day, the last day, and nothing twice."""
    outcome = CliRunner().invoke(app, ["demo", "live", "--speed", "2000"])
    assert outcome.exit_code == 0, outcome.output
    lines = outcome.stdout.splitlines()
    assert lines[0].startswith("2021-12-28 00:00  value ")
    assert lines[-1].startswith("2022-12-28 ")
    assert len(set(lines)) == len(lines)


def test_json_is_one_document_for_each_update() -> None:
    """Sequence numbers count up, and the tree is cut as asked."""
    outcome = CliRunner().invoke(
        app, ["demo", "live", "--json", "--by", "sector", "--speed", "30", "--seconds", "0.2"]
    )
    documents = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert [one["sequence"] for one in documents] == [1, 2, 3]
    assert {len(node["path"]) for node in documents[0]["nodes"]} == {0, 1}
