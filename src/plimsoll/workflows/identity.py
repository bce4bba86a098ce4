"""Run identity: hashes of all that a run was made of."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.data.history import HistoryResult
from plimsoll.reporting.report import RunIdentity
from plimsoll.risk.failures import Failure
from plimsoll.risk.portfolio import Instrument, Position
from plimsoll.workflows.request import ReportRequest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["code_version", "identify"]


def identify(
    positions: Iterable[Position], refused: Iterable[Failure], market: HistoryResult, request: ReportRequest
) -> RunIdentity:
    """Return the identity of a run.

    Parameters
    ----------
    positions, refused
        All rows of the portfolio, used with their currencies, and refused; their order and their row numbers
        do not matter.
    market
        What the engine saw of the market: history, snapshot, and why the rest is missing.
    request
        The options.
    """
    rows = sorted(_text(_content(position)) for position in positions)
    rows += sorted(_text((failure.reason, failure.item, failure.message)) for failure in refused)
    hashes = {
        "positions": _sha256(_text(rows).encode()),
        "market": _market_hash(market),
        "configuration": _sha256(_text(asdict(request)).encode()),
        "code": code_version(),
    }
    run_id = _sha256(_text({**hashes, "seed": request.seed}).encode())
    return RunIdentity(run_id=run_id, seed=request.seed, **hashes)


@cache
def code_version() -> str:
    """Return the version of Plimsoll with a hash of its source, as ``0.1.0+1a2b3c4d``."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return f"{version('plimsoll-risk')}+{digest.hexdigest()[:8]}"


def _content(position: Position) -> dict[str, Any]:
    return {
        "instrument": _instrument(position.instrument),
        "quantity": position.quantity,
        "price": position.price,
        "attributes": dict(position.attributes),
    }


def _instrument(instrument: Instrument) -> dict[str, Any]:
    """Return what ``asdict`` would, without the copies it makes of every value."""
    content = _shallow(instrument)
    content["option"] = None if instrument.option is None else _shallow(instrument.option)
    return content


def _shallow(content: "DataclassInstance") -> dict[str, Any]:
    return {one.name: getattr(content, one.name) for one in fields(content)}


def _market_hash(market: HistoryResult) -> str:
    history = market.history
    factors = [(factor.name, factor.shock) for factor in history.factors]
    quotes = {name: _shallow(quote) for name, quote in market.snapshot.quotes.items()}
    digest = hashlib.sha256(_text([factors, quotes, dict(market.failures)]).encode())
    for array in (history.dates.astype("<i8"), history.levels.astype("<f8"), history.quality):
        digest.update(array.tobytes())
    return digest.hexdigest()


def _text(content: Any) -> str:
    return json.dumps(content, sort_keys=True, default=str, ensure_ascii=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
