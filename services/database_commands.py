"""`ebbwatch db ...`: the database's schema, checked, brought up and taken back."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="The database's schema: before an update `upgrade`, then the services."
)


@app.command()
def check() -> None:
    """Say whether this release can work with the schema that is there."""
    from services.parts import open_parts, require_schema
    from services.settings import load_settings

    typer.echo(f"the schema is at {require_schema(open_parts(load_settings()).store)}, which serves this release")


@app.command()
def upgrade() -> None:
    """Bring the schema up to this release. Safe to run again, and by two at once."""
    from services.parts import open_parts, upgrade_schema
    from services.settings import load_settings

    typer.echo(f"the schema is at {upgrade_schema(open_parts(load_settings()).store)}")


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="The schema's revision to go back to, such as 0009.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take back newer migrations, and with them what only they keep. Back the database up first."""
    from services.parts import downgrade_schema, open_parts
    from services.settings import load_settings

    if not yes:
        typer.confirm(
            f"Take the schema back to {revision}, and lose what newer tables and columns hold?", abort=True
        )
    downgrade_schema(open_parts(load_settings()).store, revision)
    typer.echo(f"the schema is at {revision}")
