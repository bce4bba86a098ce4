"""Answers that the API document is told of."""

from plimsoll.services.risk_api.responses import ACCEPTED, CONFLICT, UNCHANGED, content


def test_answers_are_merged_by_status() -> None:
    """Content types, 202, 304 and 409 stand beside each other under their status."""
    merged = {**content("text/html"), **UNCHANGED, **CONFLICT, **ACCEPTED}
    assert set(merged) == {200, 202, 304, 409}
    assert merged[200]["content"] == {"text/html": {"schema": {}}}


def test_a_schema_is_kept() -> None:
    """What JSON Schema says of a content type is in the document."""
    assert content("application/json", {"type": "object"})[200]["content"] == {
        "application/json": {"schema": {"type": "object"}}
    }
