"""The report as one stable JSON document for programs."""

import datetime as dt
import json
import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from plimsoll.reporting import tables
from plimsoll.reporting.report import NodeRisk, PositionRisk, RiskReport, Table, WorstScenario
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.measures import Estimate

__all__ = ["SCHEMA_VERSION", "json_schema", "to_json"]

SCHEMA_VERSION = 1


def to_json(report: RiskReport) -> str:
    """Return the report as a JSON document.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    str
        Two spaces of indent, a line feed at the end, keys in the order of the schema, attributes of a
        position sorted. Numbers carry every digit; NaN and infinity become ``null``; a lone surrogate becomes
        U+FFFD, so that the text can always be written as UTF-8. Equal reports give equal text.

    See Also
    --------
    json_schema : the shape of the document.
    """
    return json.dumps(_plain(_document(report)), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def json_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of the document.

    Returns
    -------
    str
        JSON text, as packaged.
    """
    return files("plimsoll.reporting").joinpath("risk_report.schema.json").read_text(encoding="utf-8")


def _document(report: RiskReport) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "portfolio": report.portfolio,
        "as_of": report.as_of,
        "base_currency": report.base_currency,
        "value": report.value,
        "gross_value": report.gross_value,
        "prices": report.prices,
        "method": report.method,
        "confidence": report.confidence,
        "horizon_days": report.horizon_days,
        "var": _estimate(report.var),
        "es": _estimate(report.es),
        "volatility_daily": report.volatility_daily,
        "diversification": {"var": report.diversification_var, "es": report.diversification_es},
        "nodes": {by: [_node(node) for node in nodes] for by, nodes in report.nodes.items()},
        "positions": [_position(position) for position in report.positions],
        "worst_scenarios": [_worst(worst) for worst in report.worst_scenarios],
        "failures": [
            dict(zip(("reason", "item", "message", "row", "column", "value"), row, strict=True))
            for row in tables.failure_table(report).rows
        ],
        "coverage": _fields(report.coverage, "positions valued proxied stale failed_value failed_share"),
        "proxied_share_es": report.proxied_share_es,
        "assumptions": [_assumption(assumption) for assumption in report.assumptions],
        "scenarios": _records(tables.scenario_table(report)),
        "book": _records(tables.book_table(report)),
        "run_id": report.run.run_id,
        "run": _fields(report.run, "positions market configuration code seed"),
    }


def _fields(thing: object, names: str) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names.split()}


def _records(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "estimate": estimate.value,
        **_fields(estimate, "low high confidence horizon_days estimator tail_count scenarios"),
        **_fields(estimate, "interval interval_confidence note"),
    }


def _node(node: NodeRisk) -> dict[str, Any]:
    return {
        **_fields(node, "name value positions"),
        "var": node.var.value,
        "var_low": node.var.low,
        "var_high": node.var.high,
        "es": node.es.value,
        "es_low": node.es.low,
        "es_high": node.es.high,
        **_fields(node, "component_var component_es incremental_var incremental_es"),
    }


def _position(position: PositionRisk) -> dict[str, Any]:
    return {
        **_fields(position, "symbol name kind currency quantity price price_date quality value weight"),
        **_fields(position, "var es component_var component_es marginal_var marginal_es"),
        "attributes": {name: position.attributes[name] for name in sorted(position.attributes)},
        "row": position.row,
    }


def _worst(worst: WorstScenario) -> dict[str, Any]:
    largest = [{"symbol": symbol, "pnl": pnl} for symbol, pnl in worst.largest]
    return {**_fields(worst, "label pnl probability"), "largest": largest}


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return {"topic": assumption.topic, "text": assumption.text, "items": list(assumption.items)}


def _plain(thing: Any) -> Any:
    """Return `thing` in the types of JSON."""
    if isinstance(thing, Mapping):
        return {_plain(key): _plain(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_plain(part) for part in thing]
    if isinstance(thing, str):
        return thing.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(thing, float):
        return float(thing) if math.isfinite(thing) else None
    return thing.isoformat() if isinstance(thing, dt.date) else thing
