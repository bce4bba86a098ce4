"""What a client asks of a run."""

import datetime as dt

import pytest

from plimsoll.risk.portfolio import Kind, OptionType
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.risk_runs.requests import attributes, is_long, position_of, report_request
from plimsoll.wire.risk_runs import RunOptions
from plimsoll.wire.what_if import Trade
from plimsoll.workflows.request import Method, ReportRequest

TERMS = {"type": "call", "underlying": "AAA", "strike": 10, "expiry": "2027-01-15"}


def test_a_run_without_options_is_a_report_without_options() -> None:
    """Nothing asked means the defaults of `plimsoll report`, in the currency of the portfolio."""
    assert report_request(RunOptions(), base_currency="EUR") == ReportRequest(base_currency="EUR")


def test_options_reach_the_workflow() -> None:
    """Dates, names and numbers arrive as the workflow has them, and a currency asked for counts."""
    sent = {"as_of": "2024-05-01", "method": "parametric", "by": ["desk"], "base_currency": "CHF", "days": 99}
    request = report_request(RunOptions.model_validate(sent), base_currency="EUR")
    assert (request.as_of, request.method) == (dt.date(2024, 5, 1), Method.PARAMETRIC)
    assert (request.by, request.base_currency, request.days) == (("desk",), "CHF", 99)


def test_what_makes_a_run_long() -> None:
    """Many draws, which count for Monte Carlo alone, or many positions in many scenarios."""
    many = {"draws": 100_001}
    assert not is_long(RunOptions(method="monte-carlo"), 500)  # type: ignore[arg-type] # as JSON has it
    assert not is_long(RunOptions.model_validate(many), 500)
    assert is_long(RunOptions.model_validate({**many, "method": "monte-carlo"}), 0)
    assert not is_long(RunOptions(days=1_000), 5_000)
    assert is_long(RunOptions(days=1_000), 5_001)


@pytest.mark.parametrize(
    ("text", "names"), [("", ()), (" ,", ()), ("desk", ("desk",)), ("Desk, sector ,", ("desk", "sector"))]
)
def test_attributes_are_written_with_commas(text: str, names: tuple[str, ...]) -> None:
    """Blanks, empty places and capitals do not count."""
    assert attributes(text) == names


def test_too_many_attributes_are_refused() -> None:
    """A tree has at most twenty levels."""
    assert len(attributes(",".join("abcdefghijklmnopqrst"))) == 20
    with pytest.raises(ProblemError) as refusal:
        attributes(",".join("abcdefghijklmnopqrstu"))
    assert refusal.value.status_code == 422


def test_a_plain_trade_names_no_instrument() -> None:
    """Symbol and quantity alone leave it to the workflow which instrument is meant."""
    position = position_of(Trade(symbol="AAA", quantity=-2.0), 0)
    assert (position.instrument.symbol, position.instrument.currency, position.price) == ("AAA", "", None)
    assert (position.quantity, position.instrument.kind) == (-2.0, Kind.EQUITY)


def test_an_option_is_traded_with_its_terms() -> None:
    """The terms of an option reach the engine in its own words."""
    sent = {"symbol": "C", "quantity": 1, "kind": "option", "option": TERMS}
    option = position_of(Trade.model_validate(sent), 0).instrument.option
    assert option is not None
    assert (option.type, option.underlying, option.strike) == (OptionType.CALL, "AAA", 10.0)
    assert option.expiry == dt.date(2027, 1, 15)


@pytest.mark.parametrize("wrong", [{"kind": "option"}, {"option": TERMS}], ids=str)
def test_terms_belong_to_options(wrong: dict[str, object]) -> None:
    """An option without terms, and terms without an option, name the trade that is to blame."""
    trade = Trade.model_validate({"symbol": "C", "quantity": 1, **wrong})
    with pytest.raises(ProblemError) as refusal:
        position_of(trade, 3)
    assert refusal.value.violations[0].field == "body.trades.3.option"
