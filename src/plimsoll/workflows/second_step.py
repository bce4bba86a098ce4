"""The second step of a sign-in: what people have beside their password."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["NoSecondStep", "SecondStep"]


class SecondStep(Protocol):
    """Knows what people have beside their password."""

    async def kinds(self, session: AsyncSession, user_id: UUID) -> Sequence[str]:
        """Return by what somebody can be asked, the strongest first; empty for who has no second factor.

        Parameters
        ----------
        session, user_id
            An open transaction of the tenant, and who.
        """

    async def verify(
        self, session: AsyncSession, user_id: UUID, kind: str, answer: str, *, now: dt.datetime
    ) -> bool:
        """Return whether an answer is right; it is right once.

        Parameters
        ----------
        session
            An open transaction of the tenant, which is kept also where the answer is wrong.
        user_id, kind, answer, now
            Who, asked by what, said what, and when.
        """


class NoSecondStep:
    """Nobody has anything beside their password."""

    async def kinds(self, session: AsyncSession, user_id: UUID) -> Sequence[str]:  # noqa: ARG002 - a protocol
        """Return that there is nothing."""
        return ()

    async def verify(
        self,
        session: AsyncSession,  # noqa: ARG002 - a protocol
        user_id: UUID,  # noqa: ARG002 - a protocol
        kind: str,  # noqa: ARG002 - a protocol
        answer: str,  # noqa: ARG002 - a protocol
        *,
        now: dt.datetime,  # noqa: ARG002 - a protocol
    ) -> bool:
        """Return that nothing is right."""
        return False
