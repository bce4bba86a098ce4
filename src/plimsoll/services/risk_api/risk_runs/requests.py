"""What a client asks of a run, in the words of the workflows."""

from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Position
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.wire import positions
from plimsoll.wire.problem import Violation
from plimsoll.wire.risk_runs import Method, RunOptions
from plimsoll.wire.what_if import Trade
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.request_document import from_document

__all__ = ["attributes", "is_long", "position_of", "report_request"]

_MOST_ATTRIBUTES = 20
# About two seconds of both cores each.
_MANY_DRAWS = 100_000
_MANY_VALUES = 5_000_000


def report_request(options: RunOptions, *, base_currency: str) -> ReportRequest:
    """Return the options of a run as the workflow takes them.

    Parameters
    ----------
    options
        As the client sent them.
    base_currency
        Of the portfolio; it counts where the options name none.
    """
    return from_document({**options.model_dump(), "base_currency": options.base_currency or base_currency})


def is_long(options: RunOptions, positions: int) -> bool:
    """Return whether a run is a job, whatever the client would rather have.

    Parameters
    ----------
    options
        As the client sent them.
    positions
        How many the portfolio has, about.

    Examples
    --------
    >>> [is_long(RunOptions(draws=draws, method="monte-carlo"), 20) for draws in (10_000, 1_000_000)]
    [False, True]
    >>> is_long(RunOptions(days=1_000), 10_000)
    True
    """
    drawn = options.method is Method.MONTE_CARLO
    scenarios = options.draws if drawn else options.days
    return (drawn and scenarios > _MANY_DRAWS) or positions * scenarios > _MANY_VALUES


def attributes(text: str) -> tuple[str, ...]:
    """Return the names of attributes that are written with commas between them.

    Parameters
    ----------
    text
        Such as ``desk,sector``; empty for none.

    Examples
    --------
    >>> attributes("desk, Sector,")
    ('desk', 'sector')

    Raises
    ------
    ProblemError
        422 if there are more than twenty.
    """
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if len(names) > _MOST_ATTRIBUTES:
        wrong = Violation(field="query.by", message=f"At most {_MOST_ATTRIBUTES} attributes")
        raise ProblemError(422, "invalid", "Too many attributes.", violations=(wrong,))
    return names


def position_of(trade: Trade, place: int) -> Position:
    """Return the position that a trade adds.

    Parameters
    ----------
    trade
        As the client sent it.
    place
        Its index in the basket, for the error.

    Raises
    ------
    ProblemError
        422 if an option comes without terms, or anything else with them.
    """
    if (trade.kind is positions.Kind.OPTION) != (trade.option is not None):
        wrong = Violation(
            field=f"body.trades.{place}.option", message="Given exactly where the kind is option"
        )
        raise ProblemError(
            422, "invalid", "Terms belong to an option and to nothing else.", violations=(wrong,)
        )
    instrument = Instrument(
        symbol=trade.symbol,
        currency=trade.currency,
        kind=Kind(trade.kind),
        option=None if trade.option is None else _terms(trade.option),
    )
    return Position(
        instrument=instrument, quantity=trade.quantity, price=trade.price, attributes=dict(trade.attributes)
    )


def _terms(terms: positions.OptionTerms) -> OptionTerms:
    return OptionTerms(**{**dict(terms), "type": OptionType(terms.type)})
