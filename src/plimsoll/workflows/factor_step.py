"""The second step of a sign-in by the factors that are stored."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.workflows.factors import usable_kinds, verify_factor
from plimsoll.workflows.tenant_sealers import TenantSealers

__all__ = ["FactorStep"]


@dataclass(frozen=True, slots=True)
class FactorStep:
    """Knows the factors of people; see :class:`plimsoll.workflows.second_step.SecondStep`.

    Parameters
    ----------
    sealers
        Find what opens the secrets of factors.
    origin
        From where the browser talks to us; empty where it is an address, and then nobody has a passkey.
    address
        Of the client, for the audit.
    """

    sealers: TenantSealers
    origin: str
    address: str

    async def kinds(self, session: AsyncSession, user_id: UUID) -> Sequence[str]:
        """Return by what somebody can be asked, the strongest first; empty for who has no second factor."""
        return [kind.value for kind in await usable_kinds(session, user_id)]

    async def verify(
        self, session: AsyncSession, user_id: UUID, kind: str, answer: str, *, now: dt.datetime
    ) -> bool:
        """Return whether an answer is right; it is right once."""
        return await verify_factor(
            session,
            user_id,
            kind,
            answer,
            now=now,
            sealer=await self.sealers.of(session),
            origin=self.origin,
            address=self.address,
        )
