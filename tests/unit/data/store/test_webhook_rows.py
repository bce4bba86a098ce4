"""The tables of webhooks."""

from dataclasses import fields

from plimsoll.data.store.webhook_rows import WebhookDeliveryRow, WebhookRow
from plimsoll.data.store.webhooks import DeliveryRecord, WebhookRecord


def test_every_field_of_a_record_is_a_column() -> None:
    """What the records hold is what the tables have, beside tenant and removal."""
    for row, record, others in (
        (WebhookRow, WebhookRecord, {"tenant_id", "removed_at"}),
        (WebhookDeliveryRow, DeliveryRecord, {"tenant_id"}),
    ):
        assert set(row.__table__.columns.keys()) == {field.name for field in fields(record)} | others
