"""The tables of limits."""

from plimsoll.data.store.limit_rows import LimitCheckRow, LimitProposalRow, LimitRow, LimitVersionRow


def test_history_hangs_on_the_limit() -> None:
    """Versions, proposals and checks point to their limit; a limit has one version of each number."""
    for row in (LimitVersionRow, LimitProposalRow, LimitCheckRow):
        assert any(key.referred_table.name == "limits" for key in row.__table__.foreign_key_constraints)  # type: ignore[attr-defined] # SQLAlchemy types it as FromClause
    assert LimitRow.__tablename__ == "limits"


def test_one_proposal_is_open() -> None:
    """The database itself keeps two open proposals for a limit apart."""
    index = next(one for one in LimitProposalRow.__table__.indexes if one.name == "uq_limit_proposals_open")  # type: ignore[attr-defined] # SQLAlchemy types it as FromClause
    assert index.unique
    assert [column.name for column in index.columns] == ["tenant_id", "limit_id"]
