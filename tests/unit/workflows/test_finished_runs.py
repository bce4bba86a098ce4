"""Finished runs read back from the store."""

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import ConflictError, DataError, NotFoundError
from plimsoll.workflows.cube_store import from_bytes, to_bytes
from plimsoll.workflows.finished_runs import finished_run, ground_of, read_inputs
from plimsoll.workflows.identity import code_version
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate
from small_book import book, share, small_market
from stored_book import documents, stored_again, stored_run

pytestmark = pytest.mark.anyio

BOOK = (share("AAA", 10.0, desk="one", row=2), share("BBB", -7.0, desk="two", row=3))
REQUEST = ReportRequest(days=60, decay=0.98)


async def _of_other_code(
    database: Database, tenant: UUID, run: RunRecord, vectors: bytes | None = None
) -> UUID:
    report = (await documents(database, tenant, run))[0]
    older = report.replace(code_version().encode(), b"0.0.9+00000000")
    return (await stored_again(database, tenant, run, report=older, vectors=vectors)).id


async def test_a_run_comes_back_ready_to_be_measured(database: Database, tenant: UUID) -> None:
    """Vectors, estimators and code are those of the calculation; the second time it is the same object."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    found = await finished_run(database, tenant, run.id)
    calculation = calculate(book(*BOOK), small_market(), REQUEST)
    assert found.record == run
    assert found.code == code_version()
    assert found.cube.pnl.tobytes() == calculation.cube.pnl.tobytes()
    assert found.tail.var(found.cube.total()) == calculation.report.var
    assert found.tail.es(found.cube.total()) == calculation.report.es
    assert await finished_run(database, tenant, run.id) is found


async def test_memory_is_not_shared_between_tenants(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """A run that is kept for one tenant is not there for another."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    found = await finished_run(database, tenant, run.id)
    await ground_of(database, tenant, found)
    with pytest.raises(NotFoundError):
        await finished_run(database, other_tenant, run.id)
    with pytest.raises(NotFoundError):
        await ground_of(database, other_tenant, found)


async def test_inputs_come_back_as_they_went_in(database: Database, tenant: UUID) -> None:
    """Positions, prices and request of a run are equal to what it was started with."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    async with database.session(tenant) as session:
        inputs = await read_inputs(session, run.id)
    assert inputs.imported == book(*BOOK)
    assert inputs.prices.sha256 == small_market().sha256
    assert (inputs.request, inputs.record) == (REQUEST, run)


@pytest.mark.parametrize("step", [1, -1])
async def test_other_code_with_the_same_scenarios_is_welcome(
    database: Database, tenant: UUID, step: int
) -> None:
    """A run of an earlier version can be asked what-if if its vectors come out the same, in any order."""
    run = await stored_run(database, tenant, BOOK[::step], REQUEST)
    older = await finished_run(database, tenant, await _of_other_code(database, tenant, run))
    ground = await ground_of(database, tenant, older)
    assert list(ground.scenarios.labels) == list(older.cube.scenarios.labels)
    assert await ground_of(database, tenant, older) is ground


async def test_other_code_with_other_scenarios_is_refused(database: Database, tenant: UUID) -> None:
    """Vectors that this version does not reproduce are not mixed with new ones."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    cube = from_bytes((await documents(database, tenant, run))[1])
    moved = to_bytes(replace(cube, pnl=np.nextafter(cube.pnl, 1e9)))
    older = await finished_run(database, tenant, await _of_other_code(database, tenant, run, moved))
    with pytest.raises(ConflictError, match=r"0\.0\.9"):
        await ground_of(database, tenant, older)


async def test_damaged_vectors_are_refused(database: Database, tenant: UUID) -> None:
    """Vectors that were damaged in the store are an error, not numbers."""
    run = await stored_run(database, tenant, BOOK, REQUEST)
    vectors = (await documents(database, tenant, run))[1]
    damaged = await _of_other_code(database, tenant, run, vectors[:-1] + b"\x00\x01")
    with pytest.raises(DataError, match="damaged"):
        await finished_run(database, tenant, damaged)
