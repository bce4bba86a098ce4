"""The tables of factors."""

from plimsoll.data.store.factor_rows import FactorChallengeRow, FactorRow, RecoveryCodeRow


def test_all_belong_to_a_person_of_the_tenant() -> None:
    """Each row points to a person, compared with the tenant."""
    for row in (FactorChallengeRow, FactorRow, RecoveryCodeRow):
        keys = row.metadata.tables[row.__tablename__].foreign_key_constraints
        assert ["tenant_id", "user_id"] in [list(key.column_keys) for key in keys]


def test_no_column_is_made_for_a_code() -> None:
    """Of a recovery code there is a digest, and nothing else that could tell it."""
    columns = RecoveryCodeRow.metadata.tables["recovery_codes"].columns.keys()
    assert set(columns) == {"id", "tenant_id", "user_id", "digest", "created_at", "used_at", "replaced_at"}
