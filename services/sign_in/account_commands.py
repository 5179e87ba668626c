"""`ebbwatch account ...`: the words of the command line for services.sign_in.accounts."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Local accounts of the desk, where no identity provider is set.")
_User = Annotated[str, typer.Option(help="Whose account it is.")]
_Generate = Annotated[
    bool, typer.Option("--generate", help="Make a password and print it; else it is asked for, or read from stdin.")
]


@app.command()
def add(
    user: _User,
    role: Annotated[str, typer.Option(help="branch_staff, branch_manager, approver, auditor or operations.")],
    branch: Annotated[str | None, typer.Option(help="Branch of a branch role.")] = None,
    generate: _Generate = False,
) -> None:
    """Make an account."""
    from services.sign_in import accounts

    typer.echo(accounts.add(user, role, branch, generate=generate))


@app.command()
def password(user: _User, generate: _Generate = False) -> None:
    """Give an account another password; unlocks it and ends its sessions."""
    from services.sign_in import accounts

    typer.echo(accounts.password(user, generate=generate))


@app.command()
def disable(user: _User) -> None:
    """Shut an account and end its sessions."""
    from services.sign_in import accounts

    typer.echo(accounts.disable(user))


@app.command()
def enable(user: _User) -> None:
    """Open an account again."""
    from services.sign_in import accounts

    typer.echo(accounts.enable(user))


@app.command("list")
def list_accounts() -> None:
    """Every account: user, role, branch, state."""
    from services.sign_in import accounts

    typer.echo(accounts.listed())
