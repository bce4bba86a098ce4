"""The second step of a sign-in: what somebody can be asked beside their password, and whether they know it.

Nobody has a second factor yet, so that nobody is asked for one.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["kinds_of"]


async def kinds_of(_session: AsyncSession, _user_id: UUID) -> Sequence[str]:
    """Return by what somebody can be asked, the strongest first; empty for who has no second factor."""
    return ()
