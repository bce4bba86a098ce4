"""Portfolios as a tree with compare-and-set."""

import asyncio
from uuid import UUID

import pytest

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id
from plimsoll.data.store.portfolios import PortfolioRecord, Unchanged
from plimsoll.errors import ConflictError, NotFoundError, PlimsollError, PreconditionError

pytestmark = pytest.mark.anyio


async def _create(database: Database, tenant: UUID, name: str, parent: UUID | None = None) -> PortfolioRecord:
    async with database.session(tenant) as session:
        return await portfolios.create(session, name=name, base_currency="EUR", parent_id=parent)


async def _update(
    database: Database,
    tenant: UUID,
    which: PortfolioRecord,
    *,
    name: str | Unchanged = Unchanged.UNCHANGED,
    parent_id: UUID | Unchanged | None = Unchanged.UNCHANGED,
) -> PortfolioRecord:
    async with database.session(tenant) as session:
        return await portfolios.update(
            session, which.id, expected_version=which.version, name=name, parent_id=parent_id
        )


async def _archive(database: Database, tenant: UUID, which: PortfolioRecord) -> PortfolioRecord:
    async with database.session(tenant) as session:
        return await portfolios.archive(session, which.id, expected_version=which.version)


async def _get(database: Database, tenant: UUID, portfolio_id: UUID) -> PortfolioRecord:
    async with database.session(tenant) as session:
        return await portfolios.get(session, portfolio_id)


async def test_what_is_created_can_be_read(database: Database, tenant: UUID) -> None:
    """A new portfolio is at version 1, live, and read back as it was made."""
    firm = await _create(database, tenant, "firm")
    desk = await _create(database, tenant, "desk", firm.id)
    assert await _get(database, tenant, desk.id) == desk
    assert (desk.name, desk.parent_id, desk.base_currency, desk.version) == ("desk", firm.id, "EUR", 1)
    assert desk.archived_at is None
    assert desk.created_at == desk.updated_at
    assert desk.created_at.utcoffset() is not None


async def test_an_unknown_id_is_not_found(database: Database, tenant: UUID) -> None:
    """Reading, changing, archiving and building upon what is not there say so."""
    nothing = new_id()
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await portfolios.get(session, nothing)
        with pytest.raises(NotFoundError):
            await portfolios.update(session, nothing, expected_version=1, name="x")
        with pytest.raises(NotFoundError):
            await portfolios.archive(session, nothing, expected_version=1)
        with pytest.raises(NotFoundError):
            await portfolios.create(session, name="x", base_currency="EUR", parent_id=nothing)


async def test_another_tenant_sees_and_changes_nothing(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """To another tenant a portfolio is not there: not to read, rename, archive, list or hang below."""
    mine = await _create(database, tenant, "mine")
    for attempt in (
        _get(database, other_tenant, mine.id),
        _update(database, other_tenant, mine, name="theirs"),
        _archive(database, other_tenant, mine),
        _create(database, other_tenant, "below", mine.id),
    ):
        with pytest.raises(NotFoundError):
            await attempt
    async with database.session(other_tenant) as session:
        assert await portfolios.page(session, after=None, limit=10) == []
    assert (await _create(database, other_tenant, "mine")).name == "mine"
    assert await _get(database, tenant, mine.id) == mine


async def test_pages_follow_each_other(database: Database, tenant: UUID) -> None:
    """Pages of two give all portfolios once, in the order of their ids, archived ones on request."""
    made = [await _create(database, tenant, f"book {n}") for n in range(5)]
    gone = await _archive(database, tenant, made[1])
    ordered = sorted(record.id for record in made)
    async with database.session(tenant) as session:
        for include, expected in ((True, ordered), (False, [k for k in ordered if k != gone.id])):
            seen: list[UUID] = []
            while page := await portfolios.page(
                session, after=seen[-1] if seen else None, limit=2, include_archived=include
            ):
                assert len(page) <= 2
                seen += [record.id for record in page]
            assert seen == expected


async def test_a_change_counts_the_version(database: Database, tenant: UUID) -> None:
    """Each change raises the version by one and moves the time of the last change; the rest stays."""
    firm, desk = await _create(database, tenant, "firm"), await _create(database, tenant, "desk")
    renamed = await _update(database, tenant, desk, name="rates")
    assert (renamed.name, renamed.parent_id, renamed.version) == ("rates", None, 2)
    assert renamed.updated_at > desk.updated_at
    moved = await _update(database, tenant, renamed, parent_id=firm.id)
    assert (moved.name, moved.parent_id, moved.version) == ("rates", firm.id, 3)
    root = await _update(database, tenant, moved, parent_id=None)
    assert (root.parent_id, root.version) == (None, 4)
    assert root.created_at == desk.created_at


async def test_a_stale_version_is_refused(database: Database, tenant: UUID) -> None:
    """Who has read an older version changes nothing and learns the present one."""
    book = await _create(database, tenant, "book")
    await _update(database, tenant, book, name="first")
    for attempt in (_update(database, tenant, book, name="second"), _archive(database, tenant, book)):
        with pytest.raises(PreconditionError, match="version 2"):
            await attempt
    assert (await _get(database, tenant, book.id)).name == "first"


async def test_of_racing_writers_one_wins(database: Database, tenant: UUID) -> None:
    """Of sixteen writers who have read the same version exactly one changes it."""
    book = await _create(database, tenant, "book")
    outcomes = await asyncio.gather(
        *(_update(database, tenant, book, name=f"name {n}") for n in range(16)), return_exceptions=True
    )
    winners = [outcome for outcome in outcomes if isinstance(outcome, PortfolioRecord)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, PreconditionError) for outcome in outcomes) == 15
    assert await _get(database, tenant, book.id) == winners[0]


async def test_live_siblings_have_different_names(database: Database, tenant: UUID) -> None:
    """A name is taken among the live portfolios of one parent, at the root too, and free elsewhere."""
    firm = await _create(database, tenant, "firm")
    desk = await _create(database, tenant, "desk", firm.id)
    with pytest.raises(ConflictError, match="desk"):
        await _create(database, tenant, "desk", firm.id)
    with pytest.raises(ConflictError, match="firm"):
        await _create(database, tenant, "firm")
    same = await _create(database, tenant, "desk")
    with pytest.raises(ConflictError, match="desk"):
        await _update(database, tenant, await _create(database, tenant, "x"), name="desk")
    with pytest.raises(ConflictError):
        await _update(database, tenant, same, parent_id=firm.id)
    await _archive(database, tenant, desk)
    assert (await _update(database, tenant, same, parent_id=firm.id)).parent_id == firm.id


async def test_of_racing_creators_one_gets_the_name(database: Database, tenant: UUID) -> None:
    """Sixteen portfolios of one name at once: one is made, fifteen are told."""
    outcomes = await asyncio.gather(
        *(_create(database, tenant, "book") for _ in range(16)), return_exceptions=True
    )
    assert sum(isinstance(outcome, PortfolioRecord) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ConflictError) for outcome in outcomes) == 15


async def test_a_refused_name_leaves_the_transaction_usable(database: Database, tenant: UUID) -> None:
    """After a conflict the same transaction can go on and commit."""
    book = await _create(database, tenant, "book")
    async with database.session(tenant) as session:
        other = await portfolios.create(session, name="other", base_currency="EUR", parent_id=None)
        with pytest.raises(ConflictError):
            await portfolios.update(session, other.id, expected_version=1, name="book")
        with pytest.raises(ConflictError):
            await portfolios.create(session, name="book", base_currency="EUR", parent_id=None)
        await portfolios.update(session, book.id, expected_version=1, name="renamed")
    assert (await _get(database, tenant, book.id)).name == "renamed"


async def test_no_portfolio_lies_below_itself(database: Database, tenant: UUID) -> None:
    """A portfolio cannot hang below itself or below anything under it."""
    firm = await _create(database, tenant, "firm")
    desk = await _create(database, tenant, "desk", firm.id)
    book = await _create(database, tenant, "book", desk.id)
    for parent in (firm, desk, book):
        with pytest.raises(ConflictError, match="below itself"):
            await _update(database, tenant, firm, parent_id=parent.id)


async def test_two_moves_cannot_close_a_circle(database: Database, tenant: UUID) -> None:
    """Moving A below B while B moves below A: one of the two is refused, each time."""
    for n in range(5):
        a, b = await _create(database, tenant, f"a{n}"), await _create(database, tenant, f"b{n}")
        outcomes = await asyncio.gather(
            _update(database, tenant, a, parent_id=b.id),
            _update(database, tenant, b, parent_id=a.id),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictError", "PortfolioRecord"]


async def test_an_archived_portfolio_is_out_of_use(database: Database, tenant: UUID) -> None:
    """It can be read, but not changed, archived again or built upon; its name is free."""
    book = await _create(database, tenant, "book")
    gone = await _archive(database, tenant, book)
    assert gone.archived_at is not None
    assert gone.version == 2
    assert await _get(database, tenant, book.id) == gone
    for attempt in (_update(database, tenant, gone, name="x"), _archive(database, tenant, gone)):
        with pytest.raises(ConflictError, match="archived"):
            await attempt
    with pytest.raises(NotFoundError):
        await _create(database, tenant, "below", gone.id)
    assert (await _create(database, tenant, "book")).id != book.id


async def test_a_parent_with_live_children_stays(database: Database, tenant: UUID) -> None:
    """Archiving goes from the leaves up."""
    firm = await _create(database, tenant, "firm")
    desk = await _create(database, tenant, "desk", firm.id)
    with pytest.raises(ConflictError, match="live portfolios below"):
        await _archive(database, tenant, firm)
    async with database.session(tenant) as session:
        with pytest.raises(ConflictError):
            await portfolios.archive(session, firm.id, expected_version=1)
    assert (await _get(database, tenant, firm.id)).archived_at is None
    await _archive(database, tenant, desk)
    assert (await _archive(database, tenant, firm)).archived_at is not None


async def test_a_child_and_the_end_of_its_parent_exclude_each_other(database: Database, tenant: UUID) -> None:
    """When a parent is archived while a child is made below it, one of the two is refused, each time."""
    for n in range(5):
        firm = await _create(database, tenant, f"firm {n}")
        outcomes = await asyncio.gather(
            _archive(database, tenant, firm),
            _create(database, tenant, "desk", firm.id),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, PlimsollError) for outcome in outcomes) == 1


async def test_an_archived_portfolio_is_restored(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """It is where it was, once; not while its parent is archived or its name is taken."""
    firm = await _create(database, tenant, "firm")
    desk = await _archive(database, tenant, await _create(database, tenant, "desk", firm.id))
    gone = await _archive(database, tenant, firm)
    with pytest.raises(ConflictError, match="above it is archived"):
        await _restore(database, tenant, desk)
    with pytest.raises(NotFoundError):
        await _restore(database, other_tenant, gone)
    back = await _restore(database, tenant, gone)
    assert (back.archived_at, back.version) == (None, 3)
    with pytest.raises(PreconditionError):
        await _restore(database, tenant, gone)
    with pytest.raises(ConflictError, match="not archived"):
        await _restore(database, tenant, back)
    other = await _create(database, tenant, "desk", firm.id)
    with pytest.raises(ConflictError, match="called desk"):
        await _restore(database, tenant, desk)
    await _update(database, tenant, other, name="another")
    assert (await _restore(database, tenant, desk)).parent_id == firm.id


async def _restore(database: Database, tenant: UUID, which: PortfolioRecord) -> PortfolioRecord:
    async with database.session(tenant) as session:
        return await portfolios.restore(session, which.id, expected_version=which.version)
