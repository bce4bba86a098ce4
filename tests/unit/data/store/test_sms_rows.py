"""The tables of codes by SMS."""

from plimsoll.data.store.sms_rows import SmsPolicyRow, SmsSpendingRow


def test_a_tenant_has_one_policy_and_one_sum_a_month() -> None:
    """The keys say so."""
    keys = {
        row.__tablename__: [column.name for column in row.metadata.tables[row.__tablename__].primary_key]
        for row in (SmsPolicyRow, SmsSpendingRow)
    }
    assert keys == {"sms_policies": ["tenant_id"], "sms_spending": ["tenant_id", "month"]}
