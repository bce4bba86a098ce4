"""``plimsoll report``: options, settings and the three forms of its output."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.cli.report import EXAMPLES
from plimsoll.errors import UsageError

BOOK = "symbol,quantity,sector\nAAPL,10,Technology\nXOM,-5,Energy\n"


@pytest.fixture(autouse=True)
def _book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "book.csv").write_text(BOOK)


def _report(*options: str) -> str:
    outcome = CliRunner().invoke(app, ["report", "book.csv", *options], catch_exceptions=False)
    assert outcome.exit_code == 0
    return outcome.stdout


def test_terminal_shows_the_headline_and_fits() -> None:
    """The report names book, date, VaR and ES, and no line is wider than 80 columns."""
    text = _report()
    assert "book" in text.splitlines()[0]
    assert "28 Dec 2022" in text
    assert "VaR" in text
    assert max(map(len, text.splitlines())) <= 80


def test_json_is_one_document_and_the_same_every_time() -> None:
    """With --json stdout is one document, byte for byte the same on a second run."""
    text = _report("--json")
    assert json.loads(text)["as_of"] == "2022-12-28"
    assert _report("--json") == text


def test_options_reach_the_engine() -> None:
    """Each option shows in the document."""
    document = json.loads(
        _report(
            *("--json", "--confidence", "0.975", "--horizon", "10", "--days", "250"),
            *("--by", " Sector , currency", "--as-of", "2020-03-31", "--method", "monte-carlo"),
            *("--draws", "2000", "--seed", "7"),
        )
    )
    assert (document["as_of"], document["run"]["seed"]) == ("2020-03-31", 7)
    assert (document["var"]["confidence"], document["var"]["horizon_days"]) == (0.975, 10)
    assert document["var"]["scenarios"] == 2000
    assert list(document["nodes"]) == ["sector", "currency"]


def test_settings_are_defaults_and_options_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting stands in for an option that is not given, and for no other."""
    monkeypatch.setenv("PLIMSOLL_CONFIDENCE", "0.95")
    monkeypatch.setenv("PLIMSOLL_DAYS", "250")
    document = json.loads(_report("--json", "--days", "300"))
    assert (document["var"]["confidence"], document["var"]["scenarios"]) == (0.95, 300)


def test_page_is_written_beside_the_report() -> None:
    """With --html the page is written and named on stderr."""
    outcome = CliRunner().invoke(app, ["report", "book.csv", "--json", "--html", "page.html"])
    assert json.loads(outcome.stdout)["portfolio"] == "book"
    assert outcome.stderr.strip().endswith("Wrote page.html")
    assert "<!doctype html>" in Path("page.html").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("options", [["--as-of", "12/28/2022"], ["--by", " , "]])
def test_unreadable_options_are_refused(options: list[str]) -> None:
    """A date or list that cannot be read is wrong use."""
    with pytest.raises(UsageError):
        CliRunner().invoke(app, ["report", "book.csv", *options], catch_exceptions=False)


def test_examples_of_the_help_name_real_options() -> None:
    """Every option that the examples show exists."""
    outcome = CliRunner().invoke(app, ["report", "--help"], env={"COLUMNS": "200"})
    for word in EXAMPLES.split():
        assert not word.startswith("--") or word in outcome.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--distribution", "student-t"],
        ["--seed", "3"],
        ["--method", "parametric", "--var-estimator", "kernel"],
        ["--method", "monte-carlo", "--no-overlapping"],
    ],
)
def test_an_option_without_effect_is_refused(options: list[str]) -> None:
    """An option that the method does not look at is wrong use, not silently ignored."""
    with pytest.raises(UsageError, match="has no effect"):
        _report(*options)


@pytest.mark.parametrize("name", ["book.csv", "prices/a.csv", "prices.csv"])
def test_the_page_never_overwrites_an_input(name: str) -> None:
    """A page that would replace the portfolio or its prices is refused before anything is read."""
    Path("prices").mkdir()
    for path in (Path("prices/a.csv"), Path("prices.csv")):
        path.write_text("date,AAPL\n2024-01-01,1\n")
    before = Path(name).read_text()
    source = "prices" if name.startswith("prices/") else "prices.csv"
    with pytest.raises(UsageError, match="would overwrite"):
        _report("--html", name, "--prices", source)
    assert Path(name).read_text() == before


def test_an_empty_source_or_page_is_refused() -> None:
    """Empty text is no price source and no page: it is not taken for the default."""
    for option in ("--prices", "--base"):
        with pytest.raises(UsageError, match=option):
            _report(option, "")
    for page in ("", "-"):
        with pytest.raises(UsageError, match="names no file"):
            _report("--html", page)
