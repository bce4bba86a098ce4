"""Verification: whether the chain in the database says what was sealed, and all of it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from plimsoll.data.store import audit_seals
from plimsoll.data.store.audit_events import AuditRecord
from plimsoll.data.store.audit_seals import Link, Seal
from plimsoll.data.store.database import Database
from plimsoll.errors import UnavailableError
from plimsoll.security.audit_chain import ANCHOR, Checkpoint
from plimsoll.workflows.audit_sealing import AuditKeeping, event_document

__all__ = ["Flaw", "Verification", "verify"]

_AT_ONCE = 1000
_MOST_FLAWS = 20


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not as it was sealed.

    Parameters
    ----------
    sequence
        Of the first place concerned; 0 for what concerns no place, such as a damaged checkpoint.
    reason
        For people.
    """

    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found.

    Parameters
    ----------
    sealed
        Events in the chain.
    waiting
        Events that have no seal yet; more than a few mean that no sealer runs.
    checkpoints
        How many were held against the chain.
    flaws
        By sequence number; at most twenty.
    """

    sealed: int
    waiting: int
    checkpoints: int
    flaws: tuple[Flaw, ...]

    @property
    def first_bad(self) -> int | None:
        """The first bad sequence number; None if every place is as it was sealed."""
        return min((flaw.sequence for flaw in self.flaws if flaw.sequence), default=None)


async def verify(database: Database, tenant: UUID, keeping: AuditKeeping) -> Verification:
    """Go through the whole chain of a tenant and hold it against all checkpoints.

    Parameters
    ----------
    database, tenant
        Whose chain.
    keeping
        With what it was sealed; its keys are read anew.

    Returns
    -------
    Verification
        With the first bad sequence number, where there is one: of an event that was changed, moved or
        removed, of a place that is missing, or of the first place that was cut off at the end.

    Raises
    ------
    UnavailableError
        If the database cannot be reached.
    """
    keeping = keeping.now()
    flaws: list[Flaw] = []
    checkpoints = await _checkpoints(tenant, keeping, flaws)
    wanted: dict[int, list[Checkpoint]] = {}
    for checkpoint in checkpoints:
        wanted.setdefault(checkpoint.sequence, []).append(checkpoint)
    walk = _Walk(tenant, keeping, wanted)
    while True:
        # One short transaction for each stretch: a chain only grows, so that nothing is missed.
        async with database.session(tenant) as session:
            links = await audit_seals.chain(session, after=walk.sequence, limit=_AT_ONCE)
        for link in links:
            walk.step(link)
        if len(links) < _AT_ONCE:
            break
    async with database.session(tenant) as session:
        waiting = await audit_seals.waiting_count(session)
        never = await audit_seals.never_sealed(session)
    flaws += walk.flaws
    flaws += walk.cut_off(checkpoints)
    if never:
        flaws.append(Flaw(walk.sequence + 1, f"{never} events were kept from being sealed"))
    ordered = sorted(flaws, key=lambda flaw: flaw.sequence)
    return Verification(walk.count, waiting, len(checkpoints), tuple(ordered[:_MOST_FLAWS]))


class _Walk:
    """Goes along the chain; after a flaw it goes on from what is stored, so that each is found once."""

    def __init__(self, tenant: UUID, keeping: AuditKeeping, wanted: dict[int, list[Checkpoint]]) -> None:
        self.sequence = 0
        self.count = 0
        self.flaws: list[Flaw] = []
        self._tenant = tenant
        self._keeping = keeping
        self._age = len(keeping.earlier)
        self._wanted = wanted
        self._digest = ANCHOR

    def step(self, link: Link) -> None:
        """Look at the next place."""
        seal = link.seal
        expected = self.sequence + 1
        if seal.sequence != expected:
            self._note(expected, f"{seal.sequence - expected} places of the chain are missing")
        elif link.event is None:
            self._note(seal.sequence, "the event is gone")
        elif (reason := self._misfit(seal, link.event)) is not None:
            self._note(seal.sequence, reason)
        for checkpoint in self._wanted.get(seal.sequence, ()):
            if checkpoint.digest != seal.digest.hex():
                self._note(seal.sequence, f"the checkpoint of {checkpoint.made_at} says something else")
        self.sequence, self._digest = seal.sequence, seal.digest
        self.count += 1

    def _misfit(self, seal: Seal, event: AuditRecord) -> str | None:
        key, age = self._keeping.key_of(seal.key_id), self._keeping.age_of(seal.key_id)
        if key is None or age is None:
            return "it was sealed with another key"
        if age > self._age:
            return "it was sealed with a key that had been replaced before"
        self._age = age
        document = event_document(self._tenant, seal.sequence, event)
        right = key.seal(self._digest, document) == seal.digest
        return None if right else "the event or its place is not what was sealed"

    def cut_off(self, checkpoints: Sequence[Checkpoint]) -> list[Flaw]:
        """Return the flaw that the chain ends before a checkpoint, if it does."""
        furthest = max((checkpoint.sequence for checkpoint in checkpoints), default=0)
        if furthest <= self.sequence:
            return []
        return [Flaw(self.sequence + 1, f"the chain ends here; a checkpoint has seen {furthest}")]

    def _note(self, sequence: int, reason: str) -> None:
        if len(self.flaws) < _MOST_FLAWS:
            self.flaws.append(Flaw(sequence, reason))


async def _checkpoints(tenant: UUID, keeping: AuditKeeping, flaws: list[Flaw]) -> list[Checkpoint]:
    """Return the genuine checkpoints of a tenant; what is not genuine is a flaw, and of no other use."""
    found = []
    for store in keeping.stores:
        try:
            documents = await store.documents(str(tenant))
        except UnavailableError as error:
            flaws.append(Flaw(0, f"checkpoints cannot be read: {error.message}"))
            continue
        for document in documents:
            try:
                checkpoint = Checkpoint.read(document)
            except ValueError:
                flaws.append(Flaw(0, "a checkpoint is damaged"))
                continue
            if keeping.is_genuine(checkpoint) and checkpoint.tenant == str(tenant):
                found.append(checkpoint)
            else:
                flaws.append(Flaw(checkpoint.sequence, "a checkpoint is not signed by this key"))
    return found
