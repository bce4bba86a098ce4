"""The table of recoveries."""

from plimsoll.data.store.recovery_rows import RecoveryRow


def test_a_recovery_is_about_a_person_of_the_tenant() -> None:
    """The row points to a person, compared with the tenant."""
    keys = RecoveryRow.metadata.tables["account_recoveries"].foreign_key_constraints
    assert ["tenant_id", "user_id"] in [list(key.column_keys) for key in keys]
