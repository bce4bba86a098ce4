"""The revision with limits and breaches: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege, UniqueViolation

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0004_limits")
SHA = "0" * 64
BEFORE = {
    "portfolios": f"(id, name, base_currency) VALUES ('{ONE}', 'book', 'USD')",
    "holdings": (
        "(id, portfolio_id, valid_from, known_at, sha256, source_name, source, document)"
        f" VALUES ('{ONE}', '{ONE}', '2024-01-01', now(), '{SHA}', 'b.csv', '', '{{}}')"
    ),
    "price_sets": (
        "(id, name, sha256, source, first_date, last_date, symbols, content)"
        f" VALUES ('{ONE}', 'p', '{SHA}', 's', '2024-01-01', '2024-01-02', 1, '')"
    ),
    "runs": (
        "(id, portfolio_id, holdings_id, price_set_id, run_id, request, as_of, created_by, value, var, es,"
        f" base_currency, report, vectors) VALUES ('{ONE}', '{ONE}', '{ONE}', '{ONE}', '{SHA}', '{{}}',"
        " '2024-01-01', 'me', 1, 2, 3, 'USD', '', '')"
    ),
}
ROWS = {
    "limits": f"(id, portfolio_id) VALUES ('{ONE}', '{ONE}')",
    "limit_proposals": (
        "(id, limit_id, kind, based_on, name, comment, proposed_by, expires_at)"
        f" VALUES ('{ONE}', '{ONE}', 'create', 0, 'VaR', '', 'ada', now())"
    ),
    "limit_versions": (
        "(id, limit_id, proposal_id, version, name, known_at)"
        f" VALUES ('{ONE}', '{ONE}', '{ONE}', 1, 'VaR', now())"
    ),
    "limit_checks": (
        "(id, limit_id, run_id, version, as_of, state, missing)"
        f" VALUES ('{ONE}', '{ONE}', '{ONE}', 1, '2024-01-01', 'ok', '')"
    ),
    "breaches": (
        "(id, limit_id, portfolio_id, status, severity, limit_version, level, value, peak_value)"
        f" VALUES ('{ONE}', '{ONE}', '{ONE}', 'open', 'hard', 1, 1, 2, 2)"
    ),
    "breach_events": (
        "(id, breach_id, by, kind, status, severity, text, limit_version)"
        f" VALUES ('{ONE}', '{ONE}', 'me', 'opened', 'open', 'hard', '', 1)"
    ),
}


def test_it_has_its_place() -> None:
    """It comes after the revision before it."""
    assert int(REVISION.revision) == int(REVISION.down_revision) + 1


def test_what_is_history_stays(database_url: str) -> None:
    """No table has DELETE; versions, checks and events never change, of the others only how they stand."""
    with psycopg.connect(database_url) as connection:
        for table in ("limit_versions", "limit_checks", "breach_events"):
            assert grants_of(connection, table) == {"INSERT": None, "SELECT": None}
        assert grants_of(connection, "limits")["UPDATE"] == {"version"}
        decided = grants_of(connection, "limit_proposals")["UPDATE"]
        assert decided is not None
        assert decided.isdisjoint({"definition", "proposed_by", "proposed_at", "expires_at", "based_on"})
        changeable = grants_of(connection, "breaches")["UPDATE"]
        assert changeable is not None
        assert changeable.isdisjoint({"id", "limit_id", "portfolio_id", "opened_at", "opened_by_run"})


@pytest.mark.parametrize("table", ROWS)
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant sees none, cannot change it and cannot point to it."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, BEFORE | ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)
        become(connection, TWO)
        with pytest.raises(ForeignKeyViolation):
            connection.execute(f"INSERT INTO {table} {ROWS[table].replace(ONE, TWO, 1)}".encode())


def test_a_limit_has_one_live_breach_and_one_open_proposal(database_url: str) -> None:
    """A second row is refused by the database itself."""
    for table in ("breaches", "limit_proposals"):
        with psycopg.connect(database_url, autocommit=True) as connection:
            if table == "breaches":
                filled_with(connection, BEFORE | ROWS)
            become(connection, ONE)
            with pytest.raises(UniqueViolation):
                connection.execute(f"INSERT INTO {table} {ROWS[table].replace(ONE, TWO, 1)}".encode())


def test_a_limit_cannot_be_given_away(database_url: str) -> None:
    """The portfolio of a limit never changes, also for the tenant whose it is."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, BEFORE | ROWS)
        with pytest.raises(InsufficientPrivilege):
            connection.execute(f"UPDATE limits SET portfolio_id = '{TWO}'".encode())  # noqa: S608 - a constant
