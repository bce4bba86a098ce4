"""Messages as answers."""

import json

from plimsoll.services.risk_api.answers import answer, created
from plimsoll.wire.problem import Violation

MESSAGE = Violation(field="name", message="é")


def test_a_message_is_sent_as_json() -> None:
    """Status, type and tag are set; without a tag there is no ETag."""
    sent = answer(MESSAGE, tag=3, status=202)
    assert (sent.status_code, sent.headers["content-type"], sent.headers["etag"]) == (
        202,
        "application/json",
        '"3"',
    )
    assert json.loads(bytes(sent.body)) == {"field": "name", "message": "é"}
    assert "etag" not in answer(MESSAGE).headers


def test_something_new_has_a_place() -> None:
    """201 carries the path of what was made."""
    made = created(MESSAGE, location="/api/v1/x/1", tag="a")
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, "/api/v1/x/1", '"a"')
