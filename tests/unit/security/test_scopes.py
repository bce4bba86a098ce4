"""Where permissions hold."""

from uuid import UUID

from plimsoll.security.scopes import EVERYTHING, Scope

ONE, TWO = UUID(int=1), UUID(int=2)


def test_everything_is_the_whole_tenant() -> None:
    """What is not restricted reaches everything, whatever is asked."""
    assert EVERYTHING.reach(["runs:read", "limits:approve"]) is None


def test_a_restricted_permission_reaches_its_portfolios() -> None:
    """A permission reaches the portfolios it was granted for, and another one all of them."""
    scope = Scope.of({"runs:read": [ONE, TWO]})
    assert scope.reach(["runs:read"]) == (frozenset({ONE, TWO}),)
    assert scope.reach(["prices:read"]) is None
    assert scope.reach([]) is None


def test_several_permissions_overlap() -> None:
    """A request that needs two permissions is held to both, once where they are the same."""
    scope = Scope.of({"runs:read": [ONE], "breaches:read": [TWO], "limits:read": [ONE]})
    assert scope.reach(["runs:read", "breaches:read"]) == (frozenset({ONE}), frozenset({TWO}))
    assert scope.reach(["runs:read", "limits:read"]) == (frozenset({ONE}),)


def test_a_permission_without_portfolios_reaches_nothing() -> None:
    """No portfolio is not the whole tenant."""
    assert Scope.of({"runs:read": []}).reach(["runs:read"]) == (frozenset(),)


def test_a_bound_holds_for_every_permission() -> None:
    """Also for one that holds in the whole tenant, and beside the portfolios of others; it gives nothing."""
    bound = Scope.of({"runs:read": [ONE]}).bounded([TWO])
    assert bound.reach(["prices:read"]) == (frozenset({TWO}),)
    assert bound.reach([]) == (frozenset({TWO}),)
    assert bound.reach(["runs:read"]) == (frozenset({ONE}), frozenset({TWO}))
    assert EVERYTHING.bounded([]).reach(["runs:read"]) == (frozenset(),)
    assert not EVERYTHING.bounded([ONE]).is_everything


def test_a_bound_is_covered_by_what_lies_on_either_side_of_it() -> None:
    """By who has all that it overlaps; and it covers nothing that it does not hold."""
    asked, desk = ["runs:read"], Scope.of({"runs:read": [ONE]})
    assert desk.covers(EVERYTHING.bounded([ONE]), asked)
    assert desk.covers(desk.bounded([TWO]), asked)
    assert not desk.covers(EVERYTHING.bounded([TWO]), asked)
    assert not EVERYTHING.bounded([TWO]).covers(desk, asked)
    assert not desk.bounded([TWO]).covers(desk, asked)
    assert desk.bounded([TWO]).covers(desk.bounded([TWO]), asked)


def test_a_scope_is_a_value() -> None:
    """Two scopes of the same portfolios are equal and hash equally, in whatever order they were given."""
    one = Scope.of({"a:b": [ONE, TWO], "c:d": [ONE]})
    two = Scope.of({"c:d": [ONE], "a:b": [TWO, ONE]})
    assert one == two
    assert hash(one) == hash(two)


def test_what_covers_what() -> None:
    """The whole tenant covers all, a portfolio itself alone, and nothing restricted covers the whole."""
    desk, both = Scope.of({"runs:read": [ONE]}), Scope.of({"runs:read": [ONE, TWO]})
    asked = ["runs:read"]
    assert EVERYTHING.covers(desk, asked)
    assert both.covers(desk, asked)
    assert not desk.covers(both, asked)
    assert not desk.covers(EVERYTHING, asked)
    assert desk.covers(EVERYTHING, ["prices:read"])
