"""What trades do to limits."""

from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.risk.limits import Bound, Limit, LimitMeasure, State, Unit, node_of
from plimsoll.risk.portfolio import Instrument, Position
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from plimsoll.workflows.what_if import WhatIf, what_if
from small_book import share, small_market
from stored_book import stored_portfolio, stored_positions, stored_prices
from stored_limits import limit_in_force, var_limit

pytestmark = pytest.mark.anyio

BOOK = (share("AAA", 10.0, "USD", desk="Growth"), share("BBB", 4.0, "EUR", desk="Value"))
REQUEST = ReportRequest(days=60)


@pytest.fixture
async def portfolio(database: Database, tenant: UUID) -> UUID:
    """Return the id of a portfolio with prices to run on."""
    await stored_prices(database, tenant, small_market())
    return (await stored_portfolio(database, tenant, BOOK)).id


async def _asked(database: Database, tenant: UUID, portfolio: UUID, *trades: object) -> WhatIf:
    run = await start_run(database, tenant, portfolio_id=portfolio, request=REQUEST, created_by="me")
    return await what_if(database, tenant, run.id, trades)  # type: ignore[arg-type] # positions or pairs


async def test_each_limit_is_measured_before_and_after(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """The figures are those of a run with the trades in the book; limits on the day are not among them."""
    growth = node_of({"desk": "Growth"})
    limits = {
        "VaR": var_limit(1e9),
        "ES of Growth": Limit(measure=LimitMeasure.ES, node=growth, hard=1e9),
        "share": Limit(measure=LimitMeasure.SHARE, node=growth, unit=Unit.FRACTION, hard=0.9),
        "day": Limit(measure=LimitMeasure.DAY_PNL, bound=Bound.LOWER, hard=-1e9),
        "ten days": Limit(measure=LimitMeasure.VAR, horizon_days=10, hard=1.0),
    }
    for name, limit in limits.items():
        await limit_in_force(database, tenant, portfolio, limit, name=name)
    asked = await _asked(database, tenant, portfolio, ("AAA", 30.0))
    assert [impact.name for impact in asked.limits] == ["VaR", "ES of Growth", "share"]
    await stored_positions(database, tenant, portfolio, [*BOOK, share("AAA", 30.0, "USD", desk="Growth")])
    fresh = await _asked(database, tenant, portfolio, ("AAA", 0.0))
    for one, other in zip(asked.limits, fresh.limits, strict=True):
        assert one.after.value == pytest.approx(other.before.value, rel=1e-12)
        assert one.after.utilisation == pytest.approx(other.before.utilisation)
        assert one.before.value != one.after.value
    assert asked.limits[0].before.value == pytest.approx(asked.before.var.value)
    assert asked.limits[0].after.value == pytest.approx(asked.after.var.value)
    assert asked.limits[2].after.state is State.BREACHED


async def test_a_breach_is_eased_by_a_sale_inside_the_band_only_below_it(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """Before the trades the state is that of the breach; after them hysteresis holds as in a run."""
    await limit_in_force(
        database,
        tenant,
        portfolio,
        Limit(measure=LimitMeasure.GROSS_VALUE, node=node_of({"desk": "Growth"}), hard=500.0, hysteresis=0.2),
    )
    price = float(small_market().prices[-1, 0])
    kept = [450.0 / price - 10.0, 399.0 / price - 10.0]
    states = [
        (await _asked(database, tenant, portfolio, ("AAA", sold))).limits[0].after.state.value
        for sold in kept
    ]
    assert states == ["breached", "ok"]


async def test_a_trade_belongs_where_its_labels_say(
    database: Database, tenant: UUID, portfolio: UUID
) -> None:
    """A symbol that is new has no labels but its own, and what cannot be valued leaves the limit unknown."""
    limit = Limit(measure=LimitMeasure.GROSS_VALUE, node=node_of({"desk": "Value"}), hard=1e9)
    await limit_in_force(database, tenant, portfolio, limit)
    dollars = Instrument(symbol="AAA", currency="USD")
    moved = Position(instrument=dollars, quantity=1.0, attributes={"desk": "Value"})
    (impact,) = (await _asked(database, tenant, portfolio, moved)).limits
    assert impact.before.value is not None
    assert impact.after.value == pytest.approx(impact.before.value + float(small_market().prices[-1, 0]))
    (impact,) = (await _asked(database, tenant, portfolio, ("ZZZ", 1.0))).limits
    assert (impact.before.state, impact.after.state) == (State.OK, State.UNKNOWN)
    assert "ZZZ" in impact.after.missing
