"""Inside a tenant: a transaction that is narrowed to some portfolios sees those and what belongs to them.

The setting ``plimsoll.portfolios`` holds the ids; where it is empty, those of the tenant stand alone, so
that a version of Plimsoll that does not know it works on. Each policy is restrictive: it takes away and never
gives. Its first part is a query without rows, which PostgreSQL asks once a statement, and its second a set of
ids that is hashed once a statement, and not at all where the first part holds.
"""

from alembic import op

__all__ = ["branch_labels", "depends_on", "down_revision", "downgrade", "revision", "upgrade"]

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SETTING = "nullif(current_setting('plimsoll.portfolios', true), '')"
_WHOLE = f"(SELECT {_SETTING} IS NULL)"
_SEEN = f"(SELECT unnest({_SETTING}::uuid[]))"
_SEEN_AS_TEXT = f"(SELECT unnest({_SETTING}::text[]))"
# What of a row says whose it is. A table that hangs on another one is seen where that one is.
_BELONGS = {
    "holdings": f"portfolio_id IN {_SEEN}",
    "runs": f"portfolio_id IN {_SEEN}",
    "limits": f"portfolio_id IN {_SEEN}",
    "breaches": f"portfolio_id IN {_SEEN}",
    "schedules": f"portfolio_id IN {_SEEN}",
    "alerts": f"portfolio_id IN {_SEEN}",
    "limit_proposals": "limit_id IN (SELECT id FROM limits)",
    "limit_versions": "limit_id IN (SELECT id FROM limits)",
    "limit_checks": "limit_id IN (SELECT id FROM limits)",
    "breach_events": "breach_id IN (SELECT id FROM breaches)",
    "alert_changes": "alert_id IN (SELECT id FROM alerts)",
    "events": f"data ->> 'portfolio_id' IN {_SEEN_AS_TEXT}",
    "jobs": f"arguments ->> 'portfolio_id' IN {_SEEN_AS_TEXT}",
}
# A new portfolio has an id that nobody knew before: it belongs to the one above it.
_PORTFOLIOS = f"id IN {_SEEN} OR parent_id IN {_SEEN}"


def upgrade() -> None:
    """Add a policy to every table whose rows belong to a portfolio."""
    for table, belongs in {"portfolios": _PORTFOLIOS, **_BELONGS}.items():
        op.execute(f"CREATE POLICY seen ON {table} AS RESTRICTIVE USING ({_WHOLE} OR {belongs})")


def downgrade() -> None:
    """Drop the policies."""
    for table in ("portfolios", *_BELONGS):
        op.execute(f"DROP POLICY seen ON {table}")
