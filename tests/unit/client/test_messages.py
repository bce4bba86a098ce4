"""From plain arguments to messages."""

from uuid import UUID

import pytest

from plimsoll.client.messages import new_portfolio, new_run, portfolio_changes, trades_of
from plimsoll.errors import UsageError
from plimsoll.wire.what_if import Trade

BOOK = UUID(int=1)


def test_good_arguments() -> None:
    """What is given is what is sent, and what is left out is not."""
    assert new_portfolio("Book", "EUR", BOOK).parent_id == BOOK
    assert portfolio_changes(parent_id=None).model_dump(exclude_unset=True) == {"parent_id": None}
    assert new_run(BOOK, None, None, {"method": "monte-carlo"}).options.method == "monte-carlo"
    given = [Trade(symbol="A", quantity=1.0)]
    assert trades_of(given) == trades_of({"A": 1.0})


@pytest.mark.parametrize("name", ["confidance", "days"])
def test_bad_options_are_named_before_anything_is_sent(name: str) -> None:
    """The error names the option."""
    with pytest.raises(UsageError, match=f"options.{name}"):
        new_run(BOOK, None, None, {name: 0})


def test_other_bad_arguments() -> None:
    """So with names and currencies."""
    with pytest.raises(UsageError, match="base_currency"):
        new_portfolio("Book", "euro", None)
    with pytest.raises(UsageError, match="name"):
        portfolio_changes(name="")
    with pytest.raises(UsageError, match="quantity"):
        trades_of({"A": float("nan")})
