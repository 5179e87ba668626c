"""The command line. Each command imports what it runs, so that `ebbwatch token` starts no Kafka client."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import EbbwatchError
from services import database_commands
from services.operations import letter_commands, offset_commands
from services.sign_in import account_commands

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Early warning for a bank: which corporate clients are quietly leaving. Settings: docs/settings.md.",
)
app.add_typer(account_commands.app, name="account")
app.add_typer(database_commands.app, name="db")
app.add_typer(offset_commands.app, name="offsets")
app.add_typer(letter_commands.app, name="letters")
app.command("migrate", hidden=True)(database_commands.upgrade)  # the name it had before


@app.command()
def run(
    embedded: Annotated[
        bool, typer.Option(help="Start the embedded broker, and keep the store in the data folder.")
    ] = False,
    simulate: Annotated[bool, typer.Option(help="Add the simulated bank.")] = False,
) -> None:
    """All services in one process."""
    from services.run import run_all

    run_all(embedded=embedded, simulate=simulate)


@app.command()
def ingest() -> None:
    """Kafka to the weekly ledger. More of these processes share the partitions."""
    from services.ingest import main as work

    work()


@app.command()
def detect() -> None:
    """Judge the weeks that ingest has closed. More of these processes share the shards."""
    from services.detect import main as work

    work()


@app.command()
def relay() -> None:
    """The outbox to Kafka. A second process stands by."""
    from services.relay import main as work

    work()


@app.command()
def follow_up() -> None:
    """What time alone does: remedies end, cases wake, people are to be told. A second process stands by."""
    from services.follow_up.process import main as work

    work()


@app.command()
def notify() -> None:
    """Notices to people. A second process stands by."""
    from services.notify import main as work

    work()


@app.command()
def api() -> None:
    """The HTTP API."""
    from services.api import main as work

    work()


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="What was found, as JSON.")] = False,
) -> None:
    """Check settings, files, sign-in, database and Kafka, and say what to do. 0: all well; 1: something failed."""
    from services.doctor.command import main as work

    sys.exit(work(as_json=as_json))


@app.command()
def token(
    user: Annotated[str, typer.Option(help="Who the token is for.")],
    role: Annotated[str, typer.Option(help="branch_staff, branch_manager, approver, auditor or operations.")],
    branch: Annotated[str | None, typer.Option(help="Branch of a branch role.")] = None,
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 12,
) -> None:
    """Print a bearer token for development, valid for the run that uses the same EBBWATCH_DATA_DIR."""
    from services.token import main as work

    print(work(user, role, branch, hours))  # noqa: T201 - the command's answer


@app.command()
def simulate(
    weeks: Annotated[
        int | None, typer.Option(help="Weeks of history to publish; the setting when not given.")
    ] = None,
    live: Annotated[bool, typer.Option(help="Go on with one week at a time.")] = True,
) -> None:
    """Publish the simulated bank's events to Kafka."""
    from services.simulate import main as work

    work(weeks, live=live)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet of transactions.")],
    column: Annotated[
        list[str] | None, typer.Option(help="name=column of the file, once for each that differs.")
    ] = None,
    speed: Annotated[str, typer.Option(help="max, or weeks per second.")] = "max",
) -> None:
    """Publish a file of transactions as events, week by week."""
    from services.replay import main as work

    work(file, column or [], speed)


@app.command()
def backtest(
    policy: Annotated[Path | None, typer.Option(help="File of a policy (JSON) to look at.")] = None,
    version: Annotated[str | None, typer.Option(help="A kept policy to look at.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the table and the picture.")] = Path("backtest"),
) -> None:
    """The last year of all clients under a policy, beside the one in force."""
    from services.backtest import main as work

    work(policy, version, out)


@app.command()
def calibrate(
    out: Annotated[Path | None, typer.Option(help="File to write the policy (JSON) to, too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures and policy as JSON.")] = False,
    propose: Annotated[bool, typer.Option(help="Save it as a proposed policy, for an approver to apply.")] = True,
) -> None:
    """A policy made of this bank's own ledger, beside the one in force; for an approver to apply."""
    from services.calibrate import main as work

    work(out, as_json=as_json, propose=propose)


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="File of the model.")] = Path("leaver-model.json"),
    seed: Annotated[int, typer.Option(help="The same history and seed give the same model.")] = 1,
    simulated: Annotated[bool, typer.Option(help="On the simulated bank, as the shipped model.")] = False,
) -> None:
    """A leaver model of this bank's own clients, with what it does on clients that training had not seen."""
    from services.train import main as work

    work(out, seed, simulated=simulated)


@app.command()
def explain(
    alert_id: Annotated[str, typer.Argument(help="Id of the alert.")],
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Judge each of its weeks again from what it was judged from.")
    ] = False,
) -> None:
    """What an alert rests on, week by week."""
    from services.explain import explain as work

    sys.exit(work(alert_id, again=rebuild))


def main() -> None:
    """Entry point: an error that is a fact is one line and exit code 2, not a trace."""
    try:
        app()
    except EbbwatchError as error:
        sys.stderr.write(f"ebbwatch: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
