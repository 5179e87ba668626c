"""`ebbwatch offsets ...`: the words of the command line for services.operations.offset_changes."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Where ingest stands in each topic, and how to set that. Audited.")
_Because = Annotated[str, typer.Option(help="Why, for the audit trail.")]
_By = Annotated[
    str | None, typer.Option("--as", help="Who, for the audit trail; the user of this machine if not given.")
]


@app.command()
def show() -> None:
    """Of each partition: the stored offset, the log's start and end, and the lag."""
    from services.operations import offset_changes

    typer.echo(offset_changes.shown())


@app.command()
def forget(
    topic: Annotated[str, typer.Argument(help="Such as corebank.activity.")], because: _Because, by: _By = None
) -> None:
    """Read a topic again, from the start of its log."""
    from services.operations import offset_changes

    typer.echo(offset_changes.forget(topic, because, by))


@app.command()
def move(
    partition: Annotated[str, typer.Argument(metavar="TOPIC:PARTITION", help="Such as corebank.activity:3.")],
    offset: Annotated[int, typer.Argument(help="The next one to be read, of the log that is there now.")],
    because: _Because,
    by: _By = None,
) -> None:
    """Read a partition on from an offset. What lies between is skipped, or read again."""
    from services.operations import offset_changes

    typer.echo(offset_changes.move(partition, offset, because, by))
