"""Cuts of a cube: the same figures as the report, for any attributes."""

from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.risk.portfolio import Position
from plimsoll.workflows.cube_queries import cut, cut_cube
from plimsoll.workflows.cube_store import from_bytes, to_bytes
from plimsoll.workflows.figures import Tail
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate
from random_books import BOOKS, REQUESTS
from small_book import book, cash, share, small_market
from stored_book import stored_run

BOOK = (
    share("AAA", 10.0, desk="one", sector="x"),
    share("BBB", -7.0, desk="two", sector="x"),
    share("AAA", -2.0, desk="one", sector="y"),
    cash("USD", 100.0, desk="two"),
)
ATTRIBUTES = ("desk", "sector", "symbol", "currency", "type")


@given(BOOKS, REQUESTS, st.sampled_from(ATTRIBUTES))
def test_a_cut_equals_the_report(positions: list[Position], request_: ReportRequest, by: str) -> None:
    """A cut of the stored bytes by any one attribute has the report's figures, to the last bit."""
    positions = [*positions, share("AAA", 1.0, desk="one", sector="x")]
    options = {name: getattr(request_, name) for name in ReportRequest.__dataclass_fields__}
    calculation = calculate(book(*positions), small_market(), ReportRequest(**{**options, "by": (by,)}))
    cube = from_bytes(to_bytes(calculation.cube))
    root, *nodes = cut_cube(cube, Tail.of(request_, cube.scenarios), [by])
    report = calculation.report
    assert {node.path[0]: node.risk for node in nodes} == {node.name: node for node in report.nodes[by]}
    assert (root.path, root.risk.var, root.risk.es) == ((), report.var, report.es)
    assert root.risk.positions == len(report.positions)


@given(BOOKS, REQUESTS)
def test_a_tree_adds_up(positions: list[Position], request_: ReportRequest) -> None:
    """On every level of a deeper cut, the components of children add up to that of their parent."""
    positions = [*positions, share("AAA", 1.0, desk="one", sector="x")]
    calculation = calculate(book(*positions), small_market(), request_)
    nodes = {
        node.path: node.risk for node in cut_cube(calculation.cube, calculation.tail, ["desk", "sector"])
    }
    scale = float(np.abs(calculation.cube.pnl).sum())
    for path, risk in nodes.items():
        children = [one for inner, one in nodes.items() if inner[:-1] == path and inner]
        if children:
            assert sum(one.component_es for one in children) == pytest.approx(
                risk.component_es, abs=1e-12 * scale
            )
            assert sum(one.component_var for one in children) == pytest.approx(
                risk.component_var, abs=1e-12 * scale
            )
            assert sum(one.positions for one in children) == risk.positions
            assert sum(one.value for one in children) == pytest.approx(risk.value, abs=1e-9 * scale + 1e-6)


def test_nodes_come_before_their_children_and_siblings_by_label() -> None:
    """The order is that of a walk down the tree; a missing label is a dash; a name twice counts once."""
    calculation = calculate(book(*BOOK), small_market(), ReportRequest(days=60))
    found = [node.path for node in cut_cube(calculation.cube, calculation.tail, ["desk", "sector", "desk"])]
    assert found == [
        (),
        ("one",),
        ("one", "x"),
        ("one", "y"),
        ("two",),
        ("two", "x"),
        ("two", "—"),
    ]


def test_no_attribute_is_the_whole_book() -> None:
    """An empty cut is the root alone, whose increment is everything."""
    calculation = calculate(book(*BOOK), small_market(), ReportRequest(days=60))
    (root,) = cut_cube(calculation.cube, calculation.tail, [])
    assert root.risk.var == calculation.report.var
    assert root.risk.incremental_es == root.risk.es.value
    assert root.risk.component_es == pytest.approx(root.risk.es.value, rel=1e-12)


def test_an_unknown_attribute_is_named() -> None:
    """An attribute that no position has is refused, and those there are are listed."""
    calculation = calculate(book(*BOOK), small_market(), ReportRequest(days=60))
    with pytest.raises(UsageError, match=r"colour(.|\n)*desk"):
        cut_cube(calculation.cube, calculation.tail, ["colour"])


@pytest.mark.anyio
async def test_a_stored_run_is_cut(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A stored run is cut as its cube was, again from memory, and for its own tenant alone."""
    stored = await stored_run(database, tenant, BOOK, ReportRequest(days=60))
    calculation = calculate(book(*BOOK), small_market(), ReportRequest(days=60))
    expected = cut_cube(calculation.cube, calculation.tail, ["sector"])
    assert await cut(database, tenant, stored.id, by=["sector"]) == expected
    assert await cut(database, tenant, stored.id, by=["sector"]) == expected
    for whose, run in ((other_tenant, stored.id), (tenant, uuid4())):
        with pytest.raises(NotFoundError):
            await cut(database, whose, run, by=[])


@pytest.mark.anyio
async def test_other_confidence_and_one_slice(database: Database, tenant: UUID) -> None:
    """The stored vectors answer at any confidence, and for one slice and what is inside it alone."""
    run = await stored_run(database, tenant, BOOK, ReportRequest())
    calculation = calculate(book(*BOOK), small_market(), ReportRequest())
    whole = await cut(database, tenant, run.id, by=["desk", "sector"], confidence=0.9)
    request_ = ReportRequest(confidence=0.9)
    assert whole == cut_cube(
        calculation.cube, Tail.of(request_, calculation.cube.scenarios), ["desk", "sector"]
    )
    assert whole[0].risk.var.confidence == 0.9
    assert whole[0].risk.var.value < (await cut(database, tenant, run.id, by=()))[0].risk.var.value
    part = await cut(database, tenant, run.id, by=["desk", "sector"], confidence=0.9, below=["one"])
    assert part == tuple(node for node in whole if node.path[:1] == ("one",))
    with pytest.raises(NotFoundError, match="no such slice"):
        await cut(database, tenant, run.id, by=["desk"], below=["three"])


def test_each_slice_has_its_spread_and_its_worst_scenario() -> None:
    """As numpy says it of the vectors themselves."""
    calculation = calculate(book(*BOOK), small_market(), ReportRequest())
    for node in cut_cube(calculation.cube, calculation.tail, ["symbol"])[1:]:
        own = [
            index
            for index, one in enumerate(calculation.cube.positions)
            if one.instrument.symbol == node.path[0]
        ]
        pnl = calculation.cube.pnl[own].sum(axis=0)
        assert node.volatility == pytest.approx(float(pnl.std(ddof=1)))
        assert node.worst_loss == pytest.approx(-float(pnl.min()))
