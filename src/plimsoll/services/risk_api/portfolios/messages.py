"""Stored positions, and the tree, as messages."""

from plimsoll.data.store.holdings import HoldingsRecord, HoldingsSummary
from plimsoll.data.store.portfolio_tree import Branch
from plimsoll.services.risk_api.position_messages import position_message
from plimsoll.services.risk_api.risk_runs.messages import risk_run
from plimsoll.wire.portfolios import Portfolio, PortfolioBranch
from plimsoll.wire.positions import (
    Assumption,
    Failure,
    Holdings,
    HoldingsVersion,
    ImportResult,
)

__all__ = ["branch", "holdings_of", "import_result", "version_of"]


def branch(found: Branch) -> PortfolioBranch:
    """Return a portfolio in its place in the tree.

    Parameters
    ----------
    found
        As stored.
    """
    about = {name: getattr(found.portfolio, name) for name in Portfolio.model_fields}
    run = None if found.last_run is None else risk_run(found.last_run)
    return PortfolioBranch(**about, depth=found.depth, last_run=run, open_breaches=found.open_breaches)


def version_of(record: HoldingsSummary) -> HoldingsVersion:
    """Return what there is to know about a version without its positions.

    Parameters
    ----------
    record
        As stored.
    """
    return HoldingsVersion(
        id=record.id,
        portfolio_id=record.portfolio_id,
        valid_from=record.valid_from,
        known_at=record.known_at,
        sha256=record.sha256,
        source_name=record.source_name,
        positions=record.positions,
        refused=record.refused,
        size=record.size,
    )


def import_result(record: HoldingsRecord) -> ImportResult:
    """Return the account of an import: what became of each row.

    Parameters
    ----------
    record
        As stored.
    """
    return ImportResult(holdings=version_of(record), refused=_refused(record), assumptions=_assumed(record))


def holdings_of(record: HoldingsRecord, following: str | None = None) -> Holdings:
    """Return a version with its positions.

    Parameters
    ----------
    record
        As stored.
    following
        Path and query of the positions that are not in it; None if all are.
    """
    return Holdings(
        holdings=version_of(record),
        positions=tuple(map(position_message, record.portfolio.portfolio.positions)),
        next=following,
        refused=_refused(record),
        assumptions=_assumed(record),
    )


def _refused(record: HoldingsRecord) -> tuple[Failure, ...]:
    return tuple(map(Failure.model_validate, record.portfolio.failures))


def _assumed(record: HoldingsRecord) -> tuple[Assumption, ...]:
    return tuple(map(Assumption.model_validate, record.portfolio.assumptions))
