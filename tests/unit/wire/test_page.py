"""One page of a list."""

from plimsoll.wire.model import WireModel
from plimsoll.wire.page import Page


class Thing(WireModel):
    """Something in a list."""

    name: str


def test_a_page_holds_messages_of_its_kind() -> None:
    """Items of a page are read as the messages that they are, and the last page has no next."""
    page = Page[Thing].model_validate_json('{"items": [{"name": "a"}]}')
    assert page == Page(items=(Thing(name="a"),), next=None)
