"""The tables of breaches."""

from plimsoll.data.store.breach_rows import BreachEventRow, BreachRow


def test_one_breach_of_a_limit_is_live() -> None:
    """The database itself keeps two breaches of a limit apart that are not closed."""
    index = next(one for one in BreachRow.__table__.indexes if one.name == "uq_breaches_live")  # type: ignore[attr-defined] # SQLAlchemy types it as FromClause
    assert index.unique
    assert [column.name for column in index.columns] == ["tenant_id", "limit_id"]
    assert BreachEventRow.__tablename__ == "breach_events"
