"""Alembic's entry: migrates over the connection it is handed. There is no other way to reach the database."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
