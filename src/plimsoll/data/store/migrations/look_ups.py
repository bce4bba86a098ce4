"""Look-ups before a tenant is known: a digest or a name in, tenant and id out, and nothing else.

Row-level security hides every row until a transaction has a tenant, but whose a session is only its row can
say. So the owner of the tables runs one query for the application, which may call the function and nothing
more. The owner is held back by row-level security too; a policy lets it, and nobody else, read the table.
"""

from alembic import op
from sqlalchemy import text

__all__ = ["drop_look_up", "make_look_up"]

_ROLE = "plimsoll_app"
_FUNCTION = """
CREATE FUNCTION look_up_{table}(sought {kind}) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, {schema}, pg_temp
AS $$ SELECT {tenant}, found.id FROM {schema}.{table} AS found WHERE found.{column} = sought $$
"""
_POLICY = """
CREATE POLICY look_up ON {table} FOR SELECT USING (
    current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = '{table}'::regclass)
)
"""


def make_look_up(table: str, column: str, kind: str) -> None:
    """Make the function ``look_up_{table}``.

    Parameters
    ----------
    table
        With forced row-level security.
    column
        Unique: a digest, or a name.
    kind
        The type of the column in SQL.
    """
    schema = op.get_bind().execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    tenant = "found.id" if table == "tenants" else "found.tenant_id"
    op.execute(_FUNCTION.format(table=table, column=column, kind=kind, schema=schema, tenant=tenant))
    op.execute(f"REVOKE ALL ON FUNCTION look_up_{table}({kind}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION look_up_{table}({kind}) TO {_ROLE}")
    op.execute(_POLICY.format(table=table))


def drop_look_up(table: str, kind: str) -> None:
    """Drop what :func:`make_look_up` has made."""
    op.execute(f"DROP FUNCTION look_up_{table}({kind})")
    op.execute(f"DROP POLICY look_up ON {table}")
