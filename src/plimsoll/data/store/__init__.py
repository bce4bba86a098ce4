"""What Plimsoll keeps in PostgreSQL: the database, its schema and one module of functions for each table."""
