"""Alembic's entry: migrate over the connection, and inside the transaction, of the store that is being opened."""

from alembic import context

from mailbot.shell.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can alter a table only by making it anew
    compare_type=True,
)
context.run_migrations()
