"""The tables of roles, teams and grants."""

from plimsoll.data.store.grant_rows import GrantRow, TeamMemberRow, TeamPortfolioRow
from plimsoll.data.store.models import StoredRow


def test_a_grant_says_who_holds_what_and_where() -> None:
    """Holder and role must be given, the part of the tenant may be left out: then it is the whole."""
    columns = GrantRow.__table__.c
    assert not any(columns[name].nullable for name in ("holder_kind", "holder_id", "role", "status"))
    assert columns["scope_team_id"].nullable
    assert columns["scope_portfolio_id"].nullable


def test_members_and_portfolios_are_there_once() -> None:
    """A team has each member and each portfolio at most once."""
    assert {column.name for column in TeamMemberRow.__table__.primary_key} == {
        "tenant_id",
        "team_id",
        "kind",
        "member_id",
    }
    assert {column.name for column in TeamPortfolioRow.__table__.primary_key} == {
        "tenant_id",
        "team_id",
        "portfolio_id",
    }


def test_names_are_unique_among_the_living() -> None:
    """An archived role or team frees its name."""
    for name in ("roles", "teams"):
        (index,) = (index for index in StoredRow.metadata.tables[name].indexes if index.unique)
        assert str(index.dialect_options["postgresql"]["where"]) == "archived_at IS NULL"
