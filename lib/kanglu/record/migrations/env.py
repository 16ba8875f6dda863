"""Run by Alembic: brings the open connection's database to the wanted revision, in its transaction."""

from alembic import context

from kanglu.record.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
