"""Live numbers as messages."""

import json
from uuid import UUID

import pytest

from live_hubs import book_run
from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.live.messages import encoded
from plimsoll.wire.live import LiveUpdate
from plimsoll.workflows.live import LivePortfolio
from plimsoll.workflows.live_stream import Base, LiveMoment

pytestmark = pytest.mark.anyio


async def test_every_number_of_an_update_is_in_the_message(database: Database, tenant: UUID) -> None:
    """It is a message of the contract, and its figures are those of the book bit for bit."""
    run = await book_run(database, tenant)
    live = await LivePortfolio.from_run(database, tenant, run.id, ("desk",))
    update = live.update()
    moment = LiveMoment(
        base=Base(run.portfolio_id, run.id, run.as_of, behind=True),
        by=("desk",),
        base_currency="USD",
        sequence=7,
        update=update,
        coalesced=3,
        degraded=True,
    )
    message = LiveUpdate.model_validate_json(encoded(moment))
    assert (message.portfolio_id, message.risk_run, message.sequence) == (run.portfolio_id, run.id, 7)
    assert (message.degraded, message.behind, message.coalesced) == (True, True, 3)
    assert message.var.value == run.var
    assert [(one.path, one.value, one.var, one.es) for one in message.nodes] == [
        (one.path, one.value, one.var, one.es) for one in update.nodes
    ]
    assert {one.name for one in message.stale} == {"AAA", "BBB", "EURUSD"}
    assert json.loads(encoded(moment))["by"] == ["desk"]
