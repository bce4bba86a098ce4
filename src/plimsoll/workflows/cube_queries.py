"""Cuts of a stored cube: the risk of any slice of a run, without repricing anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from plimsoll.data.store.database import Database
from plimsoll.errors import UsageError
from plimsoll.reporting.report import NodeRisk
from plimsoll.risk.cube import Cube
from plimsoll.risk.portfolio import Portfolio
from plimsoll.workflows.background import in_background
from plimsoll.workflows.figures import Tail, node_risks
from plimsoll.workflows.finished_runs import finished_run

__all__ = ["CutNode", "cut", "cut_cube"]


@dataclass(frozen=True, slots=True)
class CutNode:
    """One slice of a book.

    Parameters
    ----------
    path
        Labels from the root down; empty at the root, which is the whole book.
    risk
        Its figures; contributions and incremental figures refer to the whole book.
    """

    path: tuple[str, ...]
    risk: NodeRisk


async def cut(database: Database, tenant: UUID, run: UUID, *, by: Sequence[str]) -> tuple[CutNode, ...]:
    """Return the slices of a stored run, measured as the run was measured.

    Parameters
    ----------
    database, tenant
        Where the run is, and whose it is.
    run
        Its id.
    by
        Names of attributes, one level of the tree for each, top down; empty for the whole book alone.

    Raises
    ------
    NotFoundError
        If the tenant has no such run.
    UsageError
        If no position has one of the attributes.
    """
    stored = await finished_run(database, tenant, run)
    return await in_background(cut_cube, stored.cube, stored.tail, by)


def cut_cube(cube: Cube, tail: Tail, by: Sequence[str]) -> tuple[CutNode, ...]:
    """Return the slices of a cube along a tree, each node before its children, siblings by label.

    Parameters
    ----------
    cube
        Of at least one position.
    tail
        How VaR and ES are measured.
    by
        As for :func:`cut`; a name given twice counts once.

    Raises
    ------
    UsageError
        If no position has one of the attributes.
    """
    known = Portfolio("", cube.positions).attribute_names()
    for name in by:
        if name not in known:
            raise UsageError(f"no position has the attribute {name}", remedy=f"There is {', '.join(known)}.")
    attributes = tuple(dict.fromkeys(by))
    nodes = cube.nodes(attributes)
    total = cube.total()
    nodes.pnl[0] = total  # summed in the order of the book, as its report is, not in that of the tree
    risks: dict[int, NodeRisk] = {}
    for depth in range(len(attributes) + 1):  # a level at a time, as reports do: BLAS rounds by the shape
        level = nodes.at(depth)
        risks |= zip(level, node_risks(nodes, level, total, tail), strict=True)
    return tuple(CutNode(path, risks[index]) for index, path in enumerate(nodes.paths))
