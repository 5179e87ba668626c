"""Alembic's entry: runs the versions on the connection that store.schema hands over."""

from __future__ import annotations

from alembic import context

from store.tables.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
