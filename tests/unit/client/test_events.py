"""Events as calls; streams are followed in tests/integration/risk_api/test_events.py."""

import inspect
from uuid import UUID

from plimsoll.client.events import AsyncEventMethods, EventMethods, event_list, event_stream


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in ("events", "past_events"):
        blocking, waiting = (
            inspect.signature(getattr(kind, name)) for kind in (EventMethods, AsyncEventMethods)
        )
        assert blocking.parameters == waiting.parameters


def test_a_choice_is_sent_and_nothing_else() -> None:
    """Left out is left out; position 0 of a stream is said, because it is not the same as none."""
    call = event_list(after=0, kinds=(), portfolio_id=None, limit=None)
    assert {name for name, value in call.query.items() if value is not None} == set()
    stream = event_stream(after=0, kinds=["a.b", "c.d"], portfolio_id=UUID(int=1), patience=3)
    assert stream.query == {"after": 0, "kind": "a.b,c.d", "portfolio": str(UUID(int=1))}
