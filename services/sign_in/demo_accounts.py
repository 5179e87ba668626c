"""Three accounts for `ebbwatch run --simulate`, so that whoever starts it can sign in as each kind of person.

Their password is made once for a data folder and kept there, beside the key of the development tokens.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from acts.roles import Role
from acts.sign_in.local_accounts import new_account
from acts.sign_in.passwords import Passwords
from services.parts import Parts, utc_now
from services.sign_in.accounts import generated
from store.sign_in import accounts
from store.sign_in.accounts import Account
from store.unit_of_work import Tx

PASSWORD_FILE = "desk.password"  # noqa: S105 - its name


def demo_lines(parts: Parts, address: str, branch: str) -> list[str]:
    """What to print at the start: where the desk is, and who of a branch may sign in there with which password."""
    if parts.settings.oidc_issuer:
        return [f"Desk: {parts.settings.public_url}, by way of {parts.settings.oidc_issuer}"]
    password = _read_or_make(parts.settings.data_dir / PASSWORD_FILE)
    there = _find_or_make(parts, password, _people(branch))
    people = [f"  {each.user:<13} {each.role}{', ' + each.branch_id if each.branch_id else ''}" for each in there]
    return [f"Desk: {address}/ - sign in with the password {password} as", *people]


def _people(branch: str) -> tuple[tuple[str, Role, str | None], ...]:
    return (
        (f"staff-{branch.lower()}", Role.BRANCH_STAFF, branch),
        (f"manager-{branch.lower()}", Role.BRANCH_MANAGER, branch),
        ("approver", Role.APPROVER, None),
    )


def _find_or_make(parts: Parts, password: str, people: Sequence[tuple[str, Role, str | None]]) -> list[Account]:
    """Those whose password it is. An account that was given another one is left alone, and not told of."""
    passwords, at = Passwords(), utc_now()
    with parts.store.read() as tx:
        known = {each.user: each for each in accounts.load_all(tx)}
    missing = [
        new_account(user, role, branch, passwords.hash(password), at)
        for user, role, branch in people
        if user not in known
    ]

    def add(tx: Tx) -> None:
        for each in missing:
            accounts.add_account(tx, each)

    parts.store.transact(add)
    there = [known[user] for user, _, _ in people if user in known]
    return [*missing, *(each for each in there if passwords.matches(each.password_hash, password))]


def _read_or_make(path: Path) -> str:
    """Readable by its owner alone from its first byte on."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(made := generated())
    return made
