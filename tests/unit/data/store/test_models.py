"""The tables and their ids."""

import time
from uuid import UUID

import pytest

from plimsoll.data.store.account_rows import (
    DeviceRow,
    OneTimeTokenRow,
    SessionRow,
    SignInRow,
    ThrottleRow,
    UserRow,
)
from plimsoll.data.store.alert_rows import AlertChangeRow, AlertRow
from plimsoll.data.store.audit_rows import AuditEventRow, AuditSealRow, AuditUnsealedRow
from plimsoll.data.store.breach_rows import BreachEventRow, BreachRow
from plimsoll.data.store.channel_rows import ChannelMessageRow, ChannelRow
from plimsoll.data.store.data_key_rows import DataKeyRow
from plimsoll.data.store.event_rows import EventRow
from plimsoll.data.store.factor_rows import FactorChallengeRow, FactorRow, RecoveryCodeRow
from plimsoll.data.store.grant_rows import GrantRow, RoleRow, TeamMemberRow, TeamPortfolioRow, TeamRow
from plimsoll.data.store.instrument_rows import InstrumentChangeRow, InstrumentRow
from plimsoll.data.store.job_rows import JobRow
from plimsoll.data.store.limit_rows import LimitCheckRow, LimitProposalRow, LimitRow, LimitVersionRow
from plimsoll.data.store.live_rows import LiveLevelRow
from plimsoll.data.store.models import (
    HoldingsRow,
    IdempotencyKeyRow,
    PortfolioRow,
    PriceSetRow,
    RunRow,
    StoredRow,
    TenantRow,
    new_id,
    table_of,
)
from plimsoll.data.store.program_account_rows import ApiKeyRow, ClientAssertionRow, ServiceAccountRow
from plimsoll.data.store.provider_rows import IdentityProviderRow, LinkedIdentityRow, ProviderSignInRow
from plimsoll.data.store.recovery_rows import RecoveryRow
from plimsoll.data.store.refresh_rows import RefreshFamilyRow, RefreshTokenRow
from plimsoll.data.store.schedule_rows import ScheduleRow
from plimsoll.data.store.signing_key_rows import SigningKeyRow
from plimsoll.data.store.sms_rows import SmsPolicyRow, SmsSpendingRow
from plimsoll.data.store.webhook_rows import WebhookDeliveryRow, WebhookRow

ROWS = (
    AlertChangeRow,
    AlertRow,
    ApiKeyRow,
    AuditEventRow,
    AuditSealRow,
    AuditUnsealedRow,
    BreachEventRow,
    BreachRow,
    ChannelMessageRow,
    ChannelRow,
    ClientAssertionRow,
    DeviceRow,
    DataKeyRow,
    EventRow,
    FactorChallengeRow,
    FactorRow,
    GrantRow,
    HoldingsRow,
    IdempotencyKeyRow,
    IdentityProviderRow,
    InstrumentChangeRow,
    InstrumentRow,
    JobRow,
    LimitCheckRow,
    LimitProposalRow,
    LimitRow,
    LimitVersionRow,
    LinkedIdentityRow,
    LiveLevelRow,
    OneTimeTokenRow,
    PortfolioRow,
    PriceSetRow,
    ProviderSignInRow,
    RefreshFamilyRow,
    RefreshTokenRow,
    RecoveryCodeRow,
    RecoveryRow,
    RoleRow,
    RunRow,
    ScheduleRow,
    ServiceAccountRow,
    SessionRow,
    SignInRow,
    SigningKeyRow,
    SmsPolicyRow,
    SmsSpendingRow,
    TeamMemberRow,
    TeamPortfolioRow,
    TeamRow,
    TenantRow,
    ThrottleRow,
    UserRow,
    WebhookDeliveryRow,
    WebhookRow,
)


def test_ids_are_uuids_of_version_7() -> None:
    """Version and variant bits are those of RFC 9562, and the first 48 bits are the time in milliseconds."""
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after


def test_ids_differ_within_a_millisecond() -> None:
    """The other bits are random: ten thousand ids at once are all different."""
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_ids_sort_by_time() -> None:
    """An id made a millisecond later sorts later, also as text."""
    first = new_id()
    time.sleep(0.002)
    second = new_id()
    assert isinstance(first, UUID)
    assert first < second
    assert str(first) < str(second)


def test_a_class_without_a_table_has_none() -> None:
    """What all tables are made of is no table."""
    assert table_of(PortfolioRow).name == "portfolios"
    with pytest.raises(TypeError, match="StoredRow"):
        table_of(StoredRow)


def test_every_table_belongs_to_a_tenant() -> None:
    """All tables are known here, and each but the tenants' own points to a tenant."""
    assert {row.__tablename__ for row in ROWS} == set(StoredRow.metadata.tables)
    for table in StoredRow.metadata.tables.values():
        if table.name != "tenants":
            assert table.c.tenant_id.foreign_keys


def test_references_stay_within_the_tenant() -> None:
    """A foreign key between two tables compares the tenant too: PostgreSQL checks it past the policies."""
    for table in StoredRow.metadata.tables.values():
        for key in table.foreign_key_constraints:
            assert "tenant_id" in key.column_keys
            assert key.referred_table.name == "tenants" or len(key.columns) == 2


def test_tenants_come_first_in_an_index_of_every_table() -> None:
    """Row-level security filters by tenant, so that an index begins with it."""
    for table in StoredRow.metadata.tables.values():
        if table.name == "tenants":
            continue
        ordered = [list(index.columns) for index in table.indexes]
        ordered += [
            list(constraint.columns) for constraint in table.constraints if hasattr(constraint, "columns")
        ]
        assert any(columns and columns[0].name == "tenant_id" for columns in ordered)
