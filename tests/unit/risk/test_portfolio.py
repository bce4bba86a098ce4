"""Instruments, positions, and the tree over their attributes."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.portfolio import Instrument, Kind, Node, OptionTerms, OptionType, Portfolio, Position

TERMS = OptionTerms(type=OptionType.PUT, underlying="SPX", strike=4000.0, expiry=dt.date(2026, 12, 18))


def held(symbol: str, **attributes: str) -> Position:
    """Return one unit of an equity."""
    return Position(instrument=Instrument(symbol=symbol, currency="USD"), quantity=1.0, attributes=attributes)


def test_terms_belong_to_an_option_and_to_nothing_else() -> None:
    """An option without terms, or an equity with them, cannot be made."""
    with pytest.raises(ValueError, match="terms belong to an option"):
        Instrument(symbol="X", currency="USD", kind=Kind.OPTION)
    with pytest.raises(ValueError, match="terms belong to an option"):
        Instrument(symbol="X", currency="USD", option=TERMS)
    assert Instrument(symbol="X", currency="USD", kind=Kind.OPTION, option=TERMS).option is TERMS


def test_some_attributes_are_always_there() -> None:
    """Symbol, currency and type come from the instrument, anything else is a dash."""
    position = held("AAPL", sector="Tech")
    found = [position.attribute(name) for name in ("symbol", "currency", "type", "sector", "desk")]
    assert found == ["AAPL", "USD", "equity", "Tech", "—"]


def test_a_given_attribute_comes_first() -> None:
    """A column called type in the user's file is the user's."""
    assert held("AAPL", type="growth").attribute("type") == "growth"


def test_positions_without_attributes_have_none() -> None:
    """The default is empty and cannot be filled by accident."""
    position = Position(instrument=Instrument(symbol="A", currency="USD"), quantity=1.0)
    assert dict(position.attributes) == {}
    assert position.attribute("sector") == "—"


def test_attribute_names_are_those_of_any_position() -> None:
    """Sorted, once each, with those that are always there."""
    portfolio = Portfolio("p", (held("A", sector="x"), held("B", desk="y", sector="z")))
    assert portfolio.attribute_names() == ("currency", "desk", "sector", "symbol", "type")


def test_a_tree_has_a_level_for_each_attribute() -> None:
    """Children are sorted by label, members ascend, paths lead from the root."""
    portfolio = Portfolio("p", (held("A", desk="two"), held("B", desk="one"), held("C", desk="two")))
    root = portfolio.tree(["desk", "symbol"])
    assert (root.name, root.path, root.members) == ("total", (), (0, 1, 2))
    assert [(node.name, node.members) for node in root.children] == [("one", (1,)), ("two", (0, 2))]
    assert root.children[1].children == (Node(("two", "A"), (0,)), Node(("two", "C"), (2,)))


def test_without_attributes_the_tree_is_its_root() -> None:
    """The whole book, also an empty one."""
    assert Portfolio("p", (held("A"),)).tree([]) == Node((), (0,))
    assert Portfolio("p").tree(["desk"]) == Node((), ())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), max_size=30))
def test_every_level_of_the_tree_holds_every_position_once(labels: list[tuple[str, str]]) -> None:
    """Children part the members of their parent."""
    portfolio = Portfolio("p", tuple(held("S", desk=desk, book=book) for desk, book in labels))
    waiting = [portfolio.tree(["desk", "book"])]
    while waiting:
        node = waiting.pop()
        if node.children:
            assert sorted(k for child in node.children for k in child.members) == list(node.members)
        waiting += node.children
