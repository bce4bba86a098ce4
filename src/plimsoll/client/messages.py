"""From plain arguments to messages of the contract; a mistake is named before anything is sent."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from plimsoll.errors import UsageError
from plimsoll.wire.model import WireModel
from plimsoll.wire.portfolios import NewPortfolio, PortfolioChanges
from plimsoll.wire.risk_runs import NewRiskRun
from plimsoll.wire.what_if import Trade

__all__ = ["checked", "new_portfolio", "new_run", "portfolio_changes", "trades_of"]

_Message = TypeVar("_Message", bound=WireModel)


def new_portfolio(name: str, base_currency: str, parent_id: UUID | None) -> NewPortfolio:
    """Return the portfolio to be created.

    Raises
    ------
    UsageError
        If a field cannot be accepted.
    """
    return checked(NewPortfolio, {"name": name, "base_currency": base_currency, "parent_id": parent_id})


def portfolio_changes(**changes: Any) -> PortfolioChanges:
    """Return what is to change; what is not named stays.

    Raises
    ------
    UsageError
        If a field cannot be accepted.
    """
    return checked(PortfolioChanges, changes)


def new_run(
    portfolio_id: UUID, price_set_id: UUID | None, known_at: dt.datetime | None, options: Mapping[str, Any]
) -> NewRiskRun:
    """Return the run to be started.

    Raises
    ------
    UsageError
        If an option is unknown or cannot be accepted.
    """
    asked = {
        "portfolio_id": portfolio_id,
        "price_set_id": price_set_id,
        "known_at": known_at,
        "options": dict(options),
    }
    return checked(NewRiskRun, asked)


def trades_of(trades: Mapping[str, float] | Sequence[Trade]) -> tuple[Trade, ...]:
    """Return trades in full; numbers by symbol are units of what the symbol stands for.

    Raises
    ------
    UsageError
        If a symbol or number cannot be accepted.

    Examples
    --------
    >>> trades_of({"AAPL": -500})[0].quantity
    -500.0
    """
    if isinstance(trades, Mapping):
        return tuple(
            checked(Trade, {"symbol": symbol, "quantity": number}) for symbol, number in trades.items()
        )
    return tuple(trades)


def checked(kind: type[_Message], fields: Mapping[str, Any]) -> _Message:
    """Return a message of the contract made of plain fields.

    Raises
    ------
    UsageError
        If a field cannot be accepted; it is named.
    """
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise UsageError(f"the request cannot be accepted: {found}") from error
