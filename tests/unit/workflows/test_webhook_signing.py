"""Signatures, checked by the official library of the specification."""

import datetime as dt
import json
import time
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from plimsoll.data.store.events import EventRecord
from plimsoll.workflows.webhook_signing import new_secret, payload, signed_headers

EVENT = EventRecord(
    id=UUID(int=1),
    position=1,
    kind="alert.raised",
    subject=UUID(int=2),
    data={"title": "é\u2028", "value": 1.5},
    published_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
)


def test_a_receiver_knows_who_sends() -> None:
    """The official library accepts the signature and reads the message."""
    secret, content = new_secret(), payload(EVENT)
    headers = signed_headers([secret], message_id="m", timestamp=int(time.time()), content=content)
    message = Webhook(secret).verify(content, dict(headers))
    assert message == json.loads(content)
    assert (message["type"], message["id"], message["data"]) == ("alert.raised", str(UUID(int=1)), EVENT.data)


@pytest.mark.parametrize("what", ["content", "webhook-id", "webhook-timestamp", "secret"])
def test_a_changed_message_is_refused(what: str) -> None:
    """Body, id and time are signed, and another secret signs otherwise."""
    secret, content = new_secret(), payload(EVENT)
    headers = dict(signed_headers([secret], message_id="m", timestamp=int(time.time()), content=content))
    if what == "content":
        content += b" "
    elif what == "secret":
        secret = new_secret()
    else:
        headers[what] = str(int(time.time()) - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(content, headers)


def test_two_secrets_sign_side_by_side() -> None:
    """While one replaces another, a receiver that knows either is content."""
    old, new, content = new_secret(), new_secret(), payload(EVENT)
    headers = dict(signed_headers([new, old], message_id="m", timestamp=int(time.time()), content=content))
    for secret in (old, new):
        assert Webhook(secret).verify(content, headers)


def test_the_known_signature_of_the_library() -> None:
    """The signature of a fixed message is that which the official library makes."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the library's own example
    at = dt.datetime(2021, 2, 25, 4, 11, 25, tzinfo=dt.UTC)
    wanted = Webhook(secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    made = signed_headers(
        [secret],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=int(at.timestamp()),
        content=b'{"test": 2432232314}',
    )
    assert made["webhook-signature"] == wanted
