"""`ebbwatch account`: local accounts of the desk, for a bank without an identity provider."""

from __future__ import annotations

import getpass
import secrets
import sys
from datetime import datetime
from functools import partial

from acts.roles import BRANCH_ROLES, Role
from acts.sign_in import local_accounts
from acts.sign_in.claims import caller_of
from acts.sign_in.passwords import LEAST_CHARS, MOST_CHARS, Passwords
from schemas.errors import BadSetting, EbbwatchError
from services.acting import performer_of
from services.operations.command_line import open_for_command, operator
from services.parts import Parts
from store.sign_in import accounts
from store.sign_in.accounts import Account

_GENERATED_BYTES = 15  # 20 characters, 120 bits


def add(user: str, role: str, branch: str | None, *, generate: bool) -> str:
    """Make it; what to tell. Raises BadSetting for what makes no account, Conflict where the user has one."""
    _check(user, role, branch)
    parts = _parts()
    chosen, shown = _password(generate=generate)
    hashed = Passwords().hash(chosen)
    act = partial(local_accounts.add_account, user=user, role=role, branch=branch, password_hash=hashed)
    performer_of(parts).perform(operator(), act)
    return f"{user} may sign in{shown}"


def password(user: str, *, generate: bool) -> str:
    """Give it another password, unlock it, and end its sessions. Raises NotFound."""
    parts = _parts()
    chosen, shown = _password(generate=generate)
    act = partial(local_accounts.set_password, user=user, password_hash=Passwords().hash(chosen))
    ended = performer_of(parts).perform(operator(), act)
    return f"{user} has a new password{shown}; {ended} sessions ended"


def disable(user: str) -> str:
    """Shut it and end its sessions. Raises NotFound."""
    ended = performer_of(_parts()).perform(operator(), partial(local_accounts.disable, user=user))
    return f"{user} may not sign in any more; {ended} sessions ended"


def enable(user: str) -> str:
    """Open it again. Raises NotFound."""
    performer_of(_parts()).perform(operator(), partial(local_accounts.enable, user=user))
    return f"{user} may sign in again"


def listed() -> str:
    """Every account, one a line, and never what is stored of its password."""
    parts = _parts()
    with parts.store.read() as tx:
        found = accounts.load_all(tx)
    return "\n".join(_line(each, parts.clock()) for each in found) or "no accounts"


def generated() -> str:
    return secrets.token_urlsafe(_GENERATED_BYTES)


def _parts() -> Parts:
    parts = open_for_command()
    if parts.settings.oidc_issuer:
        sys.stderr.write("note: EBBWATCH_OIDC_ISSUER is set, so people sign in there and not with these accounts\n")
    return parts


def _check(user: str, role: str, branch: str | None) -> None:
    """As a sign-in will read it: what it would refuse is not made."""
    if role not in set(Role):
        raise BadSetting(f"--role: {role} is none of {', '.join(Role)}")
    if Role(role) in BRANCH_ROLES and not branch:
        raise BadSetting(f"--branch: a {role} works in one branch; name it")
    if user != user.strip():
        raise BadSetting("--user: without spaces around it")
    try:
        caller_of({"sub": user, "role": role, "branch": branch})
    except EbbwatchError as error:
        raise BadSetting(f"--user, --branch: {str(error).replace('the token', 'it')}") from None


def _password(*, generate: bool) -> tuple[str, str]:
    """The password and what to tell of it: one that was made here is shown once. Raises BadSetting."""
    if generate:
        made = generated()
        return made, f" with the password {made}"
    if sys.stdin.isatty():
        chosen = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != chosen:
            raise BadSetting("the two are not the same")
    else:
        chosen = sys.stdin.readline().rstrip("\r\n")
    if not LEAST_CHARS <= len(chosen) <= MOST_CHARS:
        raise BadSetting(f"a password has {LEAST_CHARS} to {MOST_CHARS} characters (or use --generate)")
    return chosen, ""


def _line(each: Account, now: datetime) -> str:
    state = "disabled" if each.disabled else "locked" if each.locked_until and each.locked_until > now else "open"
    return f"{each.user}\t{each.role}\t{each.branch_id or '-'}\t{state}"
