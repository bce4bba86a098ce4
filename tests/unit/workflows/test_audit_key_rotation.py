"""Another key for the audit."""

from uuid import UUID

import pytest

from audit_keys import KeyList
from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, UnavailableError
from plimsoll.security.audit_chain import AuditKey
from plimsoll.security.permissions import Principal
from plimsoll.security.tokens import new_token
from plimsoll.workflows.audit_key_rotation import rotate_key
from plimsoll.workflows.audit_sealing import AuditKeeping

pytestmark = pytest.mark.anyio

ACTOR = Principal("local", UUID(int=1), "Local", frozenset())


async def test_a_new_key_seals_and_the_one_before_stays(database: Database, tenant: UUID) -> None:
    """It is written down by names that give neither away."""
    source = KeyList([new_token("pla")])
    keeping = AuditKeeping.by(source)
    async with database.session(tenant) as session:
        made = await rotate_key(session, keeping, actor=ACTOR)
        (event,) = await audit_events.page(session, AuditFilter(), after=None, limit=9)
    assert [key.key_id for key in (made.key, *made.earlier)] == [AuditKey(key).key_id for key in source.keys]
    assert made.earlier[0].key_id == keeping.key.key_id
    assert event.action == "audit.key-rotated"
    assert event.detail == {"key": made.key.key_id, "before": keeping.key.key_id}


async def test_keys_that_never_change_are_left(database: Database, tenant: UUID) -> None:
    """Nor does anything happen where the new key cannot be kept."""

    class Full(KeyList):
        def add(self, key: str) -> None:
            raise UnavailableError(f"no room for {len(key)} characters")

    keys = [new_token("pla")]
    for keeping, error in (
        (AuditKeeping(AuditKey(keys[0])), ConflictError),
        (AuditKeeping.by(Full(keys)), UnavailableError),
    ):
        with pytest.raises(error):
            async with database.session(tenant) as session:
                await rotate_key(session, keeping, actor=ACTOR)
    async with database.session(tenant) as session:
        assert await audit_events.page(session, AuditFilter(), after=None, limit=9) == []
