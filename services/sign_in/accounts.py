"""`ebbwatch account`: local accounts of the desk, for a bank without an identity provider."""

from __future__ import annotations

import getpass
import secrets
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from api.auth import caller_of
from api.roles import BRANCH_ROLES, Role
from api.web.sign_in.passwords import LEAST_CHARS, MOST_CHARS, Passwords
from schemas.errors import BadSetting, EbbwatchError
from services.parts import Parts, open_parts, require_schema
from services.settings import load_settings
from store import audit
from store.sign_in import accounts, web_sessions
from store.sign_in.accounts import Account
from store.unit_of_work import Tx

T = TypeVar("T")
_GENERATED_BYTES = 15  # 20 characters, 120 bits
_ROLE = "command line"  # whoever may run it on this machine, with no role of the desk


def add(user: str, role: str, branch: str | None, *, generate: bool) -> str:
    """Make it; what to tell. Raises BadSetting for what makes no account, Conflict where the user has one."""
    _check(user, role, branch)
    parts = _parts()
    password, told = _password(generate=generate)
    made = new_account(Passwords(), user, role, branch, password, parts.clock())
    _change(parts, "account.add", user, {"role": role, "branch": branch}, lambda tx: accounts.add(tx, made))
    return f"{user} may sign in{told}"


def password(user: str, *, generate: bool) -> str:
    """Give it another password, unlock it, and end its sessions. Raises NotFound."""
    parts = _parts()
    chosen, told = _password(generate=generate)
    kept = Passwords().hashed(chosen)

    def change(tx: Tx) -> int:
        accounts.set_password(tx, user, kept)
        return web_sessions.end_all(tx, user)

    ended = _change(parts, "account.password", user, None, change)
    return f"{user} has a new password{told}; {ended} sessions ended"


def disable(user: str, *, disabled: bool) -> str:
    """Shut it and end its sessions, or open it again. Raises NotFound."""
    parts = _parts()

    def change(tx: Tx) -> int:
        accounts.set_disabled(tx, user, disabled=disabled)
        return web_sessions.end_all(tx, user) if disabled else 0

    ended = _change(parts, "account.disable" if disabled else "account.enable", user, None, change)
    return f"{user} may not sign in any more; {ended} sessions ended" if disabled else f"{user} may sign in again"


def listed() -> str:
    """Every account, one a line, and never what is kept of its password."""
    parts = _parts()
    with parts.store.read() as tx:
        found = accounts.listed(tx)
    return "\n".join(_line(each, parts.clock()) for each in found) or "no accounts"


def new_account(
    passwords: Passwords, user: str, role: str, branch: str | None, chosen: str, at: datetime
) -> Account:
    """An account as it is kept. `branch` is dropped for a role that sees all of them."""
    return Account(user, passwords.hashed(chosen), role, branch if Role(role) in BRANCH_ROLES else None, at)


def generated() -> str:
    return secrets.token_urlsafe(_GENERATED_BYTES)


def _parts() -> Parts:
    settings = load_settings()
    if settings.oidc_issuer:
        sys.stderr.write("note: EBBWATCH_OIDC_ISSUER is set, so people sign in there and not with these accounts\n")
    parts = open_parts(settings)
    require_schema(parts.store)
    return parts


def _change(
    parts: Parts, action: str, user: str, after: dict[str, str | None] | None, work: Callable[[Tx], T]
) -> T:
    """The change and its row of the audit trail, in one transaction."""
    entry = audit.Entry(
        at=parts.clock(),
        actor=_operator(),
        role=_ROLE,
        action=action,
        kind="account",
        key=user,
        before=None,
        after=after,
        request_id=None,
    )

    def once(tx: Tx) -> T:
        done = work(tx)
        audit.record(tx, entry)
        return done

    return parts.store.transact(once)


def _operator() -> str:
    """Who runs the command, as the machine knows them; a container may know nobody by that number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


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
