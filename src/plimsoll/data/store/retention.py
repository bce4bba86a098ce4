"""How long it is kept what was told: events, deliveries to webhooks and messages through channels."""

import datetime as dt

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from plimsoll.data.store.channel_messages import MessageStatus
from plimsoll.data.store.channel_rows import ChannelMessageRow
from plimsoll.data.store.event_rows import EventRow
from plimsoll.data.store.webhook_rows import WebhookDeliveryRow
from plimsoll.data.store.webhooks import DeliveryStatus

__all__ = ["forget_told"]

_UNSEEN = {"synchronize_session": False}  # no session holds these rows as objects
_WAITING = MessageStatus.PENDING, MessageStatus.HELD


async def forget_told(session: AsyncSession, before: dt.datetime) -> int:
    """Drop events from before an instant with all that was sent of them; what is still to be sent stays.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    before
        Events that were published later stay.

    Returns
    -------
    int
        How many events were dropped.
    """
    event, every = aliased(EventRow), aliased(EventRow)
    to_webhook = select(WebhookDeliveryRow.event_id).where(
        WebhookDeliveryRow.status == DeliveryStatus.PENDING
    )
    to_channel = select(ChannelMessageRow.event_id).where(ChannelMessageRow.status.in_(_WAITING))
    old = select(event.id).where(
        event.published_at < before,
        # The last one stays however old it is: positions go on from it, and readers find their place.
        event.position < select(func.max(every.position)).scalar_subquery(),
        event.id.not_in(to_webhook),
        event.id.not_in(to_channel),
    )
    for row in (WebhookDeliveryRow, ChannelMessageRow):
        await session.execute(delete(row).where(row.event_id.in_(old)), execution_options=_UNSEEN)
    # A delivery that was put down meanwhile, such as a replay, keeps its event.
    kept = [EventRow.id.not_in(select(row.event_id)) for row in (WebhookDeliveryRow, ChannelMessageRow)]
    dropped = delete(EventRow).where(EventRow.id.in_(old), *kept).returning(EventRow.id)
    return len((await session.execute(dropped, execution_options=_UNSEEN)).all())
