"""The report as one stable JSON document."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plimsoll.reporting.json_document import SCHEMA_VERSION, json_schema, to_json
from plimsoll.reporting.report import RiskReport
from plimsoll.risk.failures import Reason

SCHEMA: dict[str, Any] = json.loads(json_schema())
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
# keyword → whether a value meets it; structure (properties, items …) is followed by `violations`
CHECKS: dict[str, Any] = {
    "type": lambda value, wanted: any(
        isinstance(value, TYPES[name]) for name in ([wanted] if isinstance(wanted, str) else wanted)
    ),
    "const": lambda value, wanted: value == wanted,
    "enum": lambda value, wanted: value in wanted,
    "minimum": lambda value, wanted: value is None or value >= wanted,
    "maximum": lambda value, wanted: value is None or value <= wanted,
    "pattern": lambda value, wanted: re.search(wanted, value) is not None,
    "required": lambda value, wanted: list(value) == wanted,  # stricter than JSON Schema: the order counts
}
STRUCTURE = {"$ref", "anyOf", "properties", "additionalProperties", "items"}
REMARKS = {"$schema", "$defs", "title", "description"}


def violations(value: Any, schema: dict[str, Any], path: str = "$") -> Iterator[str]:
    """Yield where `value` breaks `schema`, for the keywords that our schema uses and no others."""
    assert set(schema) <= set(CHECKS) | STRUCTURE | REMARKS, f"{path}: keyword without a check"
    if "$ref" in schema:
        yield from violations(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], path)
    if "anyOf" in schema and all(list(violations(value, one, path)) for one in schema["anyOf"]):
        yield f"{path}: none of anyOf"
    for keyword, meets in CHECKS.items():
        if keyword in schema and not meets(value, schema[keyword]):
            yield f"{path}: {keyword}"
            return
    if isinstance(value, list):
        for i, part in enumerate(value):
            yield from violations(part, schema.get("items", {}), f"{path}[{i}]")
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        for key, part in value.items():
            if key not in known and others is False:
                yield f"{path}.{key}: unknown"
            else:
                yield from violations(part, known.get(key, others), f"{path}.{key}")


def document(report: RiskReport) -> dict[str, Any]:
    """Return the document, read strictly."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    parsed: dict[str, Any] = json.loads(to_json(report), parse_constant=refuse)
    return parsed


def test_the_document_meets_its_schema(
    report: RiskReport, open_ended: RiskReport, hostile: RiskReport, cash: RiskReport
) -> None:
    """Every form of the example has exactly the fields of the schema, in its order and of its types."""
    for one in (report, open_ended, hostile, cash):
        assert list(violations(document(one), SCHEMA)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema_version", 2),
        ("value", "1"),
        ("as_of", "yesterday"),
        ("confidence", 99),
        ("horizon_days", 0),
        ("positions", {}),
        ("coverage", {}),
        ("nodes", {"sector": [{}]}),
    ],
)
def test_the_schema_refuses_what_is_wrong(report: RiskReport, key: str, value: Any) -> None:
    """A wrong value in a field, a field too many and one too few are violations."""
    right = document(report)
    assert list(violations({**right, key: value}, SCHEMA))
    assert list(violations({**right, "more": 1}, SCHEMA))
    del right[key]
    assert list(violations(right, SCHEMA))


def test_a_price_date_is_a_date_or_missing(report: RiskReport) -> None:
    """The price of a file has no date; anything but a date and null is refused."""
    right = document(report)
    dates = {position["price_date"] for position in right["positions"]}
    assert dates == {"2022-12-30", None}
    right["positions"][0]["price_date"] = "soon"
    assert list(violations(right, SCHEMA)) == ["$.positions[0].price_date: none of anyOf"]


def test_the_schema_knows_every_reason() -> None:
    """The closed list of reasons in the schema is the one of the engine."""
    reasons = SCHEMA["properties"]["failures"]["items"]["properties"]["reason"]["enum"]
    assert reasons == [reason.value for reason in Reason]
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_numbers_survive_to_the_last_bit(report: RiskReport) -> None:
    """What is read back equals what was calculated, and the parts still add up."""
    parsed = document(report)
    assert parsed["var"]["estimate"] == report.var.value
    assert parsed["es"]["high"] == report.es.high
    assert [one["pnl"] for one in parsed["scenarios"]] == report.pnl.tolist()
    assert [one["value"] for one in parsed["book"]] == report.book_values.tolist()
    assert parsed["nodes"]["sector"][0]["component_es"] == report.nodes["sector"][0].component_es
    assert parsed["run_id"] == report.run.run_id


def test_missing_is_null(report: RiskReport, open_ended: RiskReport) -> None:
    """NaN, infinity and open bounds are null, never zero and never a word that JSON lacks."""
    odd = replace(report, value=float("nan"), volatility_daily=float("inf"))
    assert document(odd)["value"] is None
    assert document(odd)["volatility_daily"] is None
    assert document(open_ended)["var"]["high"] is None


def test_equal_reports_give_equal_bytes(report: RiskReport) -> None:
    """The order in which a position got its attributes, and numpy's own numbers, leave no trace."""
    first = report.positions[0]
    turned = replace(
        first, attributes=dict(sorted(first.attributes.items(), reverse=True)), value=np.float64(first.value)
    )
    again = replace(report, positions=(turned, *report.positions[1:]))
    assert to_json(again).encode() == to_json(report).encode()
    assert to_json(report).endswith("}\n")


def test_any_text_can_be_written(report: RiskReport) -> None:
    """A lone surrogate becomes U+FFFD; everything else is kept as it was."""
    odd = replace(report, portfolio='株 "\x1b \ud800 <script>')
    assert document(odd)["portfolio"] == '株 "\x1b \ufffd <script>'
    to_json(odd).encode("utf-8")
