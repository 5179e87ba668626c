"""`ebbwatch letters ...`: dead letters from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Events that could not be taken in. Audited.")


@app.callback()
def _commands() -> None:
    """So that the one command there is keeps its name."""


@app.command()
def replay(
    reason: Annotated[str, typer.Argument(help="Such as no_rate.")],
    topic: Annotated[str | None, typer.Option(help="Of this topic alone.")] = None,
    partition: Annotated[int | None, typer.Option(help="Of this partition alone.")] = None,
    by: Annotated[
        str | None, typer.Option("--as", help="Who, for the audit trail; the user of this machine if not given.")
    ] = None,
) -> None:
    """Send all of a reason that were not sent again yet, once the cause is gone."""
    from services.operations import letter_replay

    typer.echo(letter_replay.replay(reason, topic, partition, by))
