"""An imported portfolio as a JSON document and back, without losing a bit."""

import datetime as dt
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.store.stored_text import storable
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Portfolio, Position

__all__ = ["from_document", "instrument_document", "to_document"]

_VERSION = 1


def to_document(imported: ImportedPortfolio) -> dict[str, Any]:
    """Return positions, refused rows and assumptions as plain JSON.

    Numbers that JSON or PostgreSQL would change (minus zero, NaN, the infinities) are written as text.

    Raises
    ------
    DataError
        If a text holds NUL or half a character (a lone surrogate), which PostgreSQL cannot store.
    """
    portfolio = imported.portfolio
    return {
        "version": _VERSION,
        "name": storable(portfolio.name),
        "positions": [_position(position) for position in portfolio.positions],
        "failures": [_failure(failure) for failure in imported.failures],
        "assumptions": [_assumption(assumption) for assumption in imported.assumptions],
    }


def from_document(document: Mapping[str, Any], sha256: str) -> ImportedPortfolio:
    """Return what :func:`to_document` was given.

    Raises
    ------
    DataError
        If the document is of another version.
    """
    if document.get("version") != _VERSION:
        raise DataError("the stored positions have a form that this version does not know")
    positions = tuple(_read_position(entry) for entry in document["positions"])
    return ImportedPortfolio(
        Portfolio(document["name"], positions),
        tuple(_read_failure(entry) for entry in document["failures"]),
        tuple(_read_assumption(entry) for entry in document["assumptions"]),
        sha256,
    )


def _position(position: Position) -> dict[str, Any]:
    return {
        "instrument": instrument_document(position.instrument),
        "quantity": _number(position.quantity),
        "price": _number(position.price),
        "attributes": {storable(name): storable(label) for name, label in position.attributes.items()},
        "row": position.row,
    }


def _read_position(entry: Mapping[str, Any]) -> Position:
    return Position(
        instrument=_read_instrument(entry["instrument"]),
        quantity=_given(entry["quantity"]),
        price=_read_number(entry["price"]),
        attributes=MappingProxyType(dict(entry["attributes"])),
        row=entry["row"],
    )


def instrument_document(instrument: Instrument) -> dict[str, Any]:
    """Return an instrument as plain JSON.

    Raises
    ------
    DataError
        As for :func:`to_document`.
    """
    return {
        "symbol": storable(instrument.symbol),
        "currency": storable(instrument.currency),
        "kind": instrument.kind.value,
        "name": storable(instrument.name),
        "option": None if instrument.option is None else _option(instrument.option),
    }


def _read_instrument(entry: Mapping[str, Any]) -> Instrument:
    return Instrument(
        symbol=entry["symbol"],
        currency=entry["currency"],
        kind=Kind(entry["kind"]),
        name=entry["name"],
        option=None if entry["option"] is None else _read_option(entry["option"]),
    )


def _option(terms: OptionTerms) -> dict[str, Any]:
    return {
        "type": terms.type.value,
        "underlying": storable(terms.underlying),
        "strike": _number(terms.strike),
        "expiry": terms.expiry.isoformat(),
        "multiplier": _number(terms.multiplier),
        "volatility": _number(terms.volatility),
        "rate_continuous": _number(terms.rate_continuous),
        "dividend_yield": _number(terms.dividend_yield),
    }


def _read_option(entry: Mapping[str, Any]) -> OptionTerms:
    return OptionTerms(
        type=OptionType(entry["type"]),
        underlying=entry["underlying"],
        strike=_given(entry["strike"]),
        expiry=dt.date.fromisoformat(entry["expiry"]),
        multiplier=_given(entry["multiplier"]),
        volatility=_read_number(entry["volatility"]),
        rate_continuous=_given(entry["rate_continuous"]),
        dividend_yield=_given(entry["dividend_yield"]),
    )


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "reason": failure.reason.value,
        "item": storable(failure.item),
        "message": storable(failure.message),
        "row": failure.row,
        "column": storable(failure.column),
        "value": _number(failure.value),
    }


def _read_failure(entry: Mapping[str, Any]) -> Failure:
    return Failure(
        Reason(entry["reason"]),
        entry["item"],
        entry["message"],
        entry["row"],
        entry["column"],
        _read_number(entry["value"]),
    )


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return {
        "topic": storable(assumption.topic),
        "text": storable(assumption.text),
        "items": [storable(item) for item in assumption.items],
    }


def _read_assumption(entry: Mapping[str, Any]) -> Assumption:
    return Assumption(entry["topic"], entry["text"], tuple(entry["items"]))


def _number(number: float | None) -> float | str | None:
    """Return a number that survives JSON as it is, and as text what does not."""
    if number is None or (math.isfinite(number) and (number or math.copysign(1.0, number) > 0)):
        return number
    return repr(float(number))


def _read_number(entry: float | str | None) -> float | None:
    return None if entry is None else float(entry)


def _given(entry: float | str) -> float:
    return float(entry)
