"""Positions of the engine as messages."""

from plimsoll.risk import portfolio
from plimsoll.wire.positions import OptionTerms, Position

__all__ = ["position_message"]


def position_message(position: portfolio.Position) -> Position:
    """Return a position as it travels.

    Parameters
    ----------
    position
        Of the engine.
    """
    instrument = position.instrument
    return Position.model_validate(
        {
            "symbol": instrument.symbol,
            "kind": instrument.kind.value,
            "currency": instrument.currency,
            "name": instrument.name,
            "quantity": position.quantity,
            "price": position.price,
            "attributes": dict(position.attributes),
            "option": instrument.option and OptionTerms.model_validate(instrument.option),
            "row": position.row,
        }
    )
