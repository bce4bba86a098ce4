"""Answers of single operations that the API document cannot know by itself."""

from typing import Any

from plimsoll.wire.jobs import Job

__all__ = ["ACCEPTED", "CONFLICT", "OUTDATED", "REFUSED", "UNCHANGED", "content"]

_Responses = dict[int | str, dict[str, Any]]

ACCEPTED: _Responses = {
    202: {
        "description": "The work is put down as a job",
        "model": Job,
        "headers": {"Location": {"description": "Path of the job", "schema": {"type": "string"}}},
    }
}
"""Of what may take long."""

UNCHANGED: _Responses = {304: {"description": "The client has it already"}}
"""Of what carries an ETag."""

CONFLICT: _Responses = {409: {"$ref": "#/components/responses/Problem409"}}
"""Of what may contradict the stored state although it creates nothing."""

OUTDATED: _Responses = {412: {"$ref": "#/components/responses/Problem412"}}
"""Of what states the version it changes in its body."""

REFUSED: _Responses = {401: {"$ref": "#/components/responses/Problem401"}}
"""Of what everybody may ask, and whose proof may be wrong."""


def content(media_type: str, schema: dict[str, Any] | None = None, example: Any = None) -> _Responses:
    """Return the answer 200 of a content type that is not a message.

    Parameters
    ----------
    media_type
        Such as ``text/html``.
    schema
        Of the content; empty where JSON Schema has nothing to say about it.
    example
        Of the content.

    Examples
    --------
    >>> content("text/html")
    {200: {'content': {'text/html': {'schema': {}}}}}
    """
    shown = {} if example is None else {"example": example}
    return {200: {"content": {media_type: {"schema": schema or {}} | shown}}}
