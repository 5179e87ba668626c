"""Local accounts of the desk: made, given another password, shut and opened again."""

from __future__ import annotations

from datetime import datetime

from acts.performing import ActContext
from acts.roles import BRANCH_ROLES, Role
from store.sign_in import accounts, web_sessions
from store.sign_in.accounts import Account


def add_account(context: ActContext, user: str, role: str, branch: str | None, password_hash: str) -> Account:
    """Make an account. Raises Conflict where the user has one."""
    made = new_account(user, role, branch, password_hash, context.at)
    accounts.add_account(context.tx, made)
    context.audit("account.add", "account", user, None, {"role": role, "branch": branch})
    return made


def set_password(context: ActContext, user: str, password_hash: str) -> int:
    """Give it another password, and unlock it; how many sessions that ended. Raises NotFound."""
    accounts.set_password(context.tx, user, password_hash)
    context.audit("account.password", "account", user, None, None)
    return web_sessions.end_all_sessions(context.tx, user)


def disable(context: ActContext, user: str) -> int:
    """Shut it; how many sessions that ended. Raises NotFound."""
    accounts.set_disabled(context.tx, user, disabled=True)
    context.audit("account.disable", "account", user, None, None)
    return web_sessions.end_all_sessions(context.tx, user)


def enable(context: ActContext, user: str) -> None:
    """Open it again. Raises NotFound."""
    accounts.set_disabled(context.tx, user, disabled=False)
    context.audit("account.enable", "account", user, None, None)


def new_account(user: str, role: str, branch: str | None, password_hash: str, at: datetime) -> Account:
    """An account as it is stored. `branch` is dropped for a role that sees all of them."""
    return Account(user, password_hash, role, branch if Role(role) in BRANCH_ROLES else None, at)
