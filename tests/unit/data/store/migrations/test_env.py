"""What runs the revisions."""

from alembic import context
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from plimsoll.data.store.database import database_url as parsed
from plimsoll.data.store.migrations import env
from plimsoll.data.store.models import StoredRow


def test_it_can_be_imported_outside_of_a_migration() -> None:
    """Importing the file runs nothing: only Alembic hands it something to run on."""
    assert not hasattr(context, "config")
    assert callable(env.run)


def test_the_revisions_make_the_tables_of_the_models(database_url: str) -> None:
    """A migrated database has the tables, columns, types, keys and indexes of the models, and no others."""
    engine = create_engine(parsed(database_url))
    with engine.connect() as connection:
        migration = MigrationContext.configure(connection)
        assert compare_metadata(migration, StoredRow.metadata) == []
    engine.dispose()
