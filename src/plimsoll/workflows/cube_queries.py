"""Cuts of a stored cube: the risk of any slice of a run, without repricing anything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.reporting.report import NodeRisk
from plimsoll.risk.cube import Cube
from plimsoll.risk.measures import volatility
from plimsoll.risk.portfolio import Portfolio
from plimsoll.workflows.background import in_background
from plimsoll.workflows.figures import Tail, node_risks
from plimsoll.workflows.finished_runs import finished_run

__all__ = ["CutNode", "cut", "cut_cube"]

_TWO = 2  # scenarios: below that nothing varies


@dataclass(frozen=True, slots=True)
class CutNode:
    """One slice of a book.

    Parameters
    ----------
    path
        Labels from the root down; empty at the root, which is the whole book.
    risk
        Its figures; contributions and incremental figures refer to the whole book.
    volatility
        Standard deviation of its P&L over the horizon; None for a single scenario.
    worst_loss
        The largest loss of any scenario; negative if all gain.
    """

    path: tuple[str, ...]
    risk: NodeRisk
    volatility: float | None
    worst_loss: float


async def cut(
    database: Database,
    tenant: UUID,
    run: UUID,
    *,
    by: Sequence[str],
    confidence: float | None = None,
    below: Sequence[str] = (),
) -> tuple[CutNode, ...]:
    """Return the slices of a stored run, measured as the run was measured.

    Parameters
    ----------
    database, tenant
        Where the run is, and whose it is.
    run
        Its id.
    by
        Names of attributes, one level of the tree for each, top down; empty for the whole book alone.
    confidence
        Of VaR and ES, as a fraction; None for that of the run.
    below
        Labels from the root down: only this slice and those inside it; empty for all.

    Raises
    ------
    NotFoundError
        If the tenant has no such run, or the run no such slice.
    UsageError
        If no position has one of the attributes.
    """
    stored = await finished_run(database, tenant, run)
    tail = stored.tail
    if confidence is not None:
        tail = replace(tail, request=replace(tail.request, confidence=confidence))
    nodes = await in_background(cut_cube, stored.cube, tail, by)
    wanted = tuple(below)
    found = tuple(node for node in nodes if node.path[: len(wanted)] == wanted)
    if not found:
        raise NotFoundError("the run has no such slice", remedy="Its labels are those of a cut without it.")
    return found


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
    return tuple(
        CutNode(path, risks[index], _volatility(nodes.pnl[index], tail), -float(nodes.pnl[index].min()))
        for index, path in enumerate(nodes.paths)
    )


def _volatility(pnl: NDArray[np.float64], tail: Tail) -> float | None:
    return None if len(pnl) < _TWO else volatility(pnl, tail.probabilities)
