"""Alembic's entry: runs the versions on the connection that store.schema hands over."""

from __future__ import annotations

from alembic import context

from store import (  # noqa: F401 - makes their tables known
    tables_casework,
    tables_explanations,
    tables_policies,
    tables_quiet,
)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables_policies.policy.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
