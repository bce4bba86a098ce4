"""``plimsoll report``: the risk of a portfolio file."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.cli.configuration import settings
from plimsoll.cli.output import messages, tables, write_file, write_text
from plimsoll.data.importers.portfolio_csv import read_portfolio
from plimsoll.data.prices import read_prices
from plimsoll.errors import UsageError
from plimsoll.reporting.json_document import to_json
from plimsoll.reporting.terminal import render
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.scenarios.monte_carlo import Distribution
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.risk_report import risk_report

__all__ = ["EXAMPLES", "report"]

EXAMPLES = """Examples:

plimsoll report positions.csv --prices prices.csv

plimsoll report positions.csv --prices prices/ --by desk,sector --html risk.html

plimsoll report positions.csv --method monte-carlo --distribution student-t

plimsoll report positions.csv --confidence 0.975 --horizon 10 --json"""


def report(
    context: typer.Context,
    portfolio: Annotated[
        Path,
        typer.Argument(
            metavar="PORTFOLIO.csv", readable=False, help="Positions: symbol and quantity are enough."
        ),
    ],
    prices: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|DIR|demo", help="Price history, CSV or Parquet, wide or long. Default: demo."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Date of the report. Default: the last date of the prices."),
    ] = None,
    method: Annotated[Method, typer.Option(help="Where scenarios come from.")] = Method.HISTORICAL,
    confidence: Annotated[
        float | None, typer.Option(metavar="FRACTION", help="Confidence of VaR and ES. Default: 0.99.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Horizon in trading days. Default: 1.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(metavar="COUNT", help="Historical scenarios to use. Default: 500.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Attributes to cut by. Default: those of desk, book, sector, currency that divide it.",
        ),
    ] = None,
    base: Annotated[str | None, typer.Option(metavar="CCY", help="Reporting currency. Default: USD.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Also write one self-contained HTML file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
    decay: Annotated[
        float | None,
        typer.Option(metavar="LAMBDA", help="Exponential age weights, such as 0.97. Default: equal."),
    ] = None,
    overlapping: Annotated[bool, typer.Option(help="Whether windows longer than a day share days.")] = True,
    distribution: Annotated[Distribution, typer.Option(help="Of Monte Carlo.")] = Distribution.NORMAL,
    degrees_of_freedom: Annotated[float, typer.Option(metavar="NU", help="Of Student-t, above 2.")] = 5.0,
    draws: Annotated[int, typer.Option(metavar="COUNT", help="Monte Carlo scenarios.")] = 10_000,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Of Monte Carlo.")] = 1,
    var_estimator: Annotated[
        VarEstimator | None, typer.Option(help="Estimator of VaR. Default: the one that ES averages.")
    ] = None,
    es_estimator: Annotated[
        EsEstimator | None, typer.Option(help="Estimator of ES. Default: the one that averages VaR.")
    ] = None,
) -> None:
    """Report VaR and ES of a portfolio file, with intervals, and where they come from."""
    chosen = settings()
    source = chosen.prices if prices is None else prices
    if not source:
        raise UsageError("--prices names no file", remedy="Leave it out for the demo prices.")
    _refuse_useless(context)
    _refuse_overwriting(html, portfolio, source)
    request = ReportRequest(
        as_of=_date(as_of),
        method=method,
        confidence=chosen.confidence if confidence is None else confidence,
        horizon_days=chosen.horizon if horizon is None else horizon,
        days=chosen.days if days is None else days,
        by=None if by is None else _names(by),
        base_currency=(chosen.base if base is None else base).upper(),
        overlapping=overlapping,
        decay=decay,
        distribution=distribution,
        degrees_of_freedom=degrees_of_freedom,
        draws=draws,
        seed=seed,
        var_estimator=var_estimator,
        es_estimator=es_estimator,
    )
    with messages().status("Valuing the book …"):
        document = risk_report(read_portfolio(portfolio), read_prices(source), request)
    if html is not None:
        from plimsoll.reporting.html import to_html

        write_file(html, to_html(document))
        typer.echo(f"Wrote {html}", err=True)
    if json:
        write_text(to_json(document))
    else:
        render(document, tables())


def _refuse_useless(context: typer.Context) -> None:
    """Refuse options that the chosen method does not look at: they would be taken for granted."""
    method = context.params["method"]
    monte_carlo = ("distribution", "degrees_of_freedom", "draws", "seed")
    useless = {
        Method.HISTORICAL: monte_carlo,
        Method.PARAMETRIC: (*monte_carlo, "overlapping", "var_estimator", "es_estimator"),
        Method.MONTE_CARLO: ("overlapping",),
    }
    for name in useless[method]:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = name.replace("_", "-")
            raise UsageError(
                f"--{option} has no effect with --method {method}", remedy="Leave one of them out."
            )


def _refuse_overwriting(html: Path | None, portfolio: Path, source: str) -> None:
    if html is None:
        return
    if html.name in ("", "-"):
        raise UsageError(f"--html {html} names no file", remedy="Write it as --html report.html.")
    inputs = [portfolio, Path(source), *(Path(source).iterdir() if Path(source).is_dir() else ())]
    if html.exists() and any(path.exists() and html.samefile(path) for path in inputs):
        raise UsageError(
            f"--html {html} would overwrite what the report reads", remedy="Choose another name."
        )


def _date(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--as-of {text} is not a date", remedy="Write it as 2022-12-28.") from error


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if not names:
        raise UsageError("--by names no attribute", remedy="Write it as --by sector,currency.")
    return names
