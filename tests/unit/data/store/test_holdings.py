"""Holdings in two times: from when they are held, and since when that is known."""

import asyncio
import datetime as dt
import re
import time
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.store import holdings, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.holdings import HoldingsRecord
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, DataError, NotFoundError, UsageError
from small_book import book, share

pytestmark = pytest.mark.anyio

MARCH, APRIL, MAY = dt.date(2024, 3, 1), dt.date(2024, 4, 1), dt.date(2024, 5, 1)
BEFORE = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


async def _portfolio(database: Database, tenant: UUID, name: str = "book") -> UUID:
    async with database.session(tenant) as session:
        made = await portfolios.create(session, name=name, base_currency="USD", parent_id=None)
    return made.id


async def _record(
    database: Database, tenant: UUID, portfolio: UUID, valid_from: dt.date, imported: ImportedPortfolio
) -> HoldingsRecord:
    async with database.session(tenant) as session:
        return await holdings.record(
            session, portfolio, imported, valid_from=valid_from, source_name="book.csv", source=b"a,b\n"
        )


async def _effective(
    database: Database, tenant: UUID, portfolio: UUID, as_of: dt.date | None, known_at: dt.datetime | None
) -> HoldingsRecord:
    async with database.session(tenant) as session:
        return await holdings.effective(session, portfolio, as_of=as_of, known_at=known_at)


def _of(quantity: float) -> ImportedPortfolio:
    return book(share("AAA", quantity, desk="one"))


async def test_what_is_recorded_can_be_read(database: Database, tenant: UUID) -> None:
    """Positions, their file and both times come back as they went in."""
    portfolio = await _portfolio(database, tenant)
    made = await _record(database, tenant, portfolio, MARCH, _of(1.5))
    async with database.session(tenant) as session:
        assert await holdings.get(session, made.id) == made
        assert [one.id for one in await holdings.history(session, portfolio)] == [made.id]
        assert await holdings.source(session, made.id) == b"a,b\n"
    assert made.portfolio == _of(1.5)
    assert (made.portfolio_id, made.valid_from, made.source_name) == (portfolio, MARCH, "book.csv")
    assert made.known_at.utcoffset() == dt.timedelta(0)
    assert made.sha256 == made.portfolio.sha256


async def test_as_of_and_as_known_at(database: Database, tenant: UUID) -> None:
    """The truth table of two times, for three sets of which the third corrects the first."""
    portfolio = await _portfolio(database, tenant)
    march = await _record(database, tenant, portfolio, MARCH, _of(1))
    may = await _record(database, tenant, portfolio, MAY, _of(2))
    corrected = await _record(database, tenant, portfolio, MARCH, _of(3))
    moment = dt.timedelta(microseconds=1)
    table: list[tuple[dt.date | None, dt.datetime | None, HoldingsRecord | None]] = [
        # as of, as known at, what counts
        (MARCH - dt.timedelta(1), None, None),
        (MARCH, None, corrected),
        (APRIL, None, corrected),
        (MAY - dt.timedelta(1), None, corrected),
        (MAY, None, may),
        (None, None, may),
        (MARCH, march.known_at - moment, None),
        (MARCH, march.known_at, march),
        (MAY, may.known_at - moment, march),
        (None, may.known_at - moment, march),
        (MAY, may.known_at, may),
        (APRIL, corrected.known_at - moment, march),
        (APRIL, corrected.known_at, corrected),
        (MAY, corrected.known_at, may),
        (None, BEFORE, None),
    ]
    for as_of, known_at, expected in table:
        if expected is None:
            with pytest.raises(NotFoundError):
                await _effective(database, tenant, portfolio, as_of, known_at)
        else:
            assert await _effective(database, tenant, portfolio, as_of, known_at) == expected
    async with database.session(tenant) as session:
        listed = [corrected.id, may.id, march.id]
        assert [one.id for one in await holdings.history(session, portfolio)] == listed
        assert [one.id for one in await holdings.history(session, None, after=listed[0], limit=1)] == [may.id]


async def test_what_is_missing_is_said(database: Database, tenant: UUID) -> None:
    """No import at all, none by that instant, none for that day: each says which, and what there is."""
    portfolio = await _portfolio(database, tenant)
    with pytest.raises(NotFoundError, match="no positions have been imported"):
        await _effective(database, tenant, portfolio, APRIL, None)
    later = await _record(database, tenant, portfolio, MAY, _of(1))
    march = await _record(database, tenant, portfolio, MARCH, _of(1))
    for as_of, known_at, what in (
        (APRIL, BEFORE, f"known then, the first since {later.known_at.isoformat()}"),
        (MARCH - dt.timedelta(days=1), None, "the first from 2024-03-01 on"),
        (APRIL, later.known_at, "the first from 2024-05-01 on"),
    ):
        with pytest.raises(NotFoundError, match=re.escape(what)):
            await _effective(database, tenant, portfolio, as_of, known_at)
    assert await _effective(database, tenant, portfolio, APRIL, march.known_at) == march


async def test_a_date_to_come_is_passed_over(database: Database, tenant: UUID) -> None:
    """Without a day, what begins after tomorrow does not count; with its day it does, known then or now."""
    portfolio = await _portfolio(database, tenant)
    far = dt.date(2999, 1, 1)
    mistaken = await _record(database, tenant, portfolio, far, _of(9))
    with pytest.raises(NotFoundError):
        await _effective(database, tenant, portfolio, None, None)
    held = await _record(database, tenant, portfolio, MARCH, _of(1))
    assert await _effective(database, tenant, portfolio, None, None) == held
    assert await _effective(database, tenant, portfolio, None, held.known_at) == held
    assert await _effective(database, tenant, portfolio, far, held.known_at) == mistaken
    tomorrow = held.known_at.date() + dt.timedelta(days=1)
    begun = await _record(database, tenant, portfolio, tomorrow, _of(2))
    assert await _effective(database, tenant, portfolio, None, begun.known_at) == begun
    last_of_all = dt.datetime.max.replace(tzinfo=dt.UTC)
    with pytest.raises(UsageError):
        await _effective(database, tenant, portfolio, None, last_of_all)


async def test_the_same_instant_in_another_zone_is_the_same(database: Database, tenant: UUID) -> None:
    """An instant is what counts, not the zone that it is written in."""
    portfolio = await _portfolio(database, tenant)
    made = await _record(database, tenant, portfolio, MARCH, _of(1))
    elsewhere = made.known_at.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45)))
    assert await _effective(database, tenant, portfolio, MARCH, elsewhere) == made


async def test_each_of_sixteen_writers_has_its_instant(database: Database, tenant: UUID) -> None:
    """Sixteen imports at once are all kept, each known at an instant of its own; the last one counts."""
    portfolio = await _portfolio(database, tenant)
    made = await asyncio.gather(*(_record(database, tenant, portfolio, MARCH, _of(n)) for n in range(16)))
    assert len({record.known_at for record in made}) == 16
    last = max(made, key=lambda record: record.known_at)
    assert await _effective(database, tenant, portfolio, MARCH, None) == last


async def test_time_never_runs_backwards(database: Database, tenant: UUID) -> None:
    """Where the clock stands still between two records of one transaction, the second is known later."""
    portfolio = await _portfolio(database, tenant)
    async with database.session(tenant) as session:
        made = [
            await holdings.record(
                session, portfolio, _of(n), valid_from=MARCH, source_name="book.csv", source=b""
            )
            for n in range(5)
        ]
    instants = [record.known_at for record in made]
    assert instants == sorted(set(instants))


async def test_what_was_known_at_an_instant_is_answered_the_same_for_ever(
    database: Database, tenant: UUID
) -> None:
    """While an import that has its instant is not committed, a question about now waits for it."""
    portfolio = await _portfolio(database, tenant)
    old = await _record(database, tenant, portfolio, MARCH, _of(1))
    async with database.session(tenant) as session:
        new = await holdings.record(
            session, portfolio, _of(2), valid_from=MARCH, source_name="book.csv", source=b""
        )
        now = dt.datetime.now(dt.UTC)
        asking = asyncio.create_task(_effective(database, tenant, portfolio, MARCH, now))
        before = asyncio.create_task(_effective(database, tenant, portfolio, MARCH, None))
        assert await before == old
        await asyncio.sleep(0.1)
        assert not asking.done()
    assert await asking == await _effective(database, tenant, portfolio, MARCH, now) == new
    assert await _effective(database, tenant, portfolio, MARCH, new.known_at - dt.timedelta(0, 0, 1)) == old


async def test_an_import_that_fails_is_waited_for_in_vain(database: Database, tenant: UUID) -> None:
    """After its roll-back the answer is the old one."""
    portfolio = await _portfolio(database, tenant)
    old = await _record(database, tenant, portfolio, MARCH, _of(1))
    asking: asyncio.Task[holdings.HoldingsRecord] | None = None

    async def fail() -> None:
        nonlocal asking
        async with database.session(tenant) as session:
            await holdings.record(
                session, portfolio, _of(2), valid_from=MARCH, source_name="book.csv", source=b""
            )
            now = dt.datetime.now(dt.UTC)
            asking = asyncio.create_task(_effective(database, tenant, portfolio, MARCH, now))
            await asyncio.sleep(0.1)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert asking is not None
    assert await asking == old


async def test_what_will_be_known_cannot_be_asked(database: Database, tenant: UUID) -> None:
    """An instant to come is refused; a clock that is a little ahead is waited for."""
    portfolio = await _portfolio(database, tenant)
    made = await _record(database, tenant, portfolio, MARCH, _of(1))
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(milliseconds=300)
    assert await _effective(database, tenant, portfolio, MARCH, soon) == made
    assert dt.datetime.now(dt.UTC) >= soon
    with pytest.raises(UsageError, match="to come"):
        await _effective(database, tenant, portfolio, MARCH, soon + dt.timedelta(minutes=1))


async def test_there_must_be_a_live_portfolio(database: Database, tenant: UUID) -> None:
    """Nothing can be recorded for a portfolio that is not there or is archived."""
    with pytest.raises(NotFoundError):
        await _record(database, tenant, new_id(), MARCH, _of(1))
    portfolio = await _portfolio(database, tenant)
    made = await _record(database, tenant, portfolio, MARCH, _of(1))
    async with database.session(tenant) as session:
        await portfolios.archive(session, portfolio, expected_version=1)
    with pytest.raises(ConflictError):
        await _record(database, tenant, portfolio, MARCH, _of(2))
    assert await _effective(database, tenant, portfolio, None, None) == made


async def test_what_cannot_be_stored_is_refused(database: Database, tenant: UUID) -> None:
    """A text that PostgreSQL cannot keep is bad data."""
    portfolio = await _portfolio(database, tenant)
    with pytest.raises(DataError):
        await _record(database, tenant, portfolio, MARCH, book(share("A\x00", 1)))


async def test_an_unknown_id_is_not_found(database: Database, tenant: UUID) -> None:
    """A set that is not there says so; a portfolio without sets has an empty history."""
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await holdings.get(session, new_id())
        with pytest.raises(NotFoundError):
            await holdings.source(session, new_id())
        assert await holdings.history(session, new_id()) == []


async def test_another_tenant_sees_and_writes_nothing(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """To another tenant neither the portfolio nor its positions are there."""
    portfolio = await _portfolio(database, tenant)
    made = await _record(database, tenant, portfolio, MARCH, _of(1))
    with pytest.raises(NotFoundError):
        await _record(database, other_tenant, portfolio, MARCH, _of(2))
    with pytest.raises(NotFoundError):
        await _effective(database, other_tenant, portfolio, None, None)
    async with database.session(other_tenant) as session:
        assert await holdings.history(session, portfolio) == []
        with pytest.raises(NotFoundError):
            await holdings.get(session, made.id)


@pytest.mark.parametrize("statement", ["UPDATE holdings SET source_name = 'x'", "DELETE FROM holdings"])
async def test_history_is_never_overwritten(database: Database, tenant: UUID, statement: str) -> None:
    """The application's role can neither change nor delete what was recorded."""
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.session(tenant) as session:
            await session.execute(text(statement))


async def test_some_of_the_positions(database: Database, tenant: UUID) -> None:
    """Only the rows that are asked for are read; how many there are is known all the same."""
    portfolio = await _portfolio(database, tenant)
    made = await _record(database, tenant, portfolio, MARCH, book(*(share(f"S{n}", n + 1) for n in range(7))))
    assert (made.positions, made.refused, made.size) == (7, 0, 4)
    async with database.session(tenant) as session:
        for start, stop in ((0, 3), (3, 6), (6, 9), (9, 12)):
            part = await holdings.get(session, made.id, rows=slice(start, stop))
            assert part.portfolio.portfolio.positions == made.portfolio.portfolio.positions[start:stop]
            assert (part.positions, part.portfolio.assumptions) == (7, made.portfolio.assumptions)
        shown = await holdings.effective(session, portfolio, as_of=None, known_at=None, rows=slice(0, 1))
        assert len(shown.portfolio.portfolio.positions) == 1


async def test_many_positions_do_not_hold_the_event_loop(database: Database, tenant: UUID) -> None:
    """While they are stored and read, the loop turns: nobody else waits as long as that takes.

    The best of some attempts counts: a busy machine, or a look for garbage, holds any loop at times.
    """
    large = book(*(share(f"S{n}", n + 1.0) for n in range(20_000)))
    shares = [await _share_held(database, tenant, large)]
    while shares[-1] >= 1 / 3 and len(shares) < 5:
        shares.append(await _share_held(database, tenant, large))
    assert min(shares) < 1 / 3


async def _share_held(database: Database, tenant: UUID, large: ImportedPortfolio) -> float:
    """Store and read positions; return for which share of the time the loop was held at a stretch."""
    portfolio = await _portfolio(database, tenant, str(new_id()))
    longest, ended = 0.0, False

    async def turn() -> None:
        nonlocal longest
        while not ended:
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)

    turning = asyncio.create_task(turn())
    begun = time.monotonic()
    made = await _record(database, tenant, portfolio, MARCH, large)
    read = await _effective(database, tenant, portfolio, None, None)
    taken, ended = time.monotonic() - begun, True
    await turning
    assert read == made
    return longest / taken
