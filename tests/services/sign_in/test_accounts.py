"""`ebbwatch account`: what it makes can sign in, and no password is ever an argument or in the trail."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest

from acts.sign_in.passwords import Passwords
from schemas.errors import BadSetting, Conflict, NotFound
from services import cli
from services.parts import Parts, open_parts
from services.settings import load_settings
from services.sign_in import accounts
from services.sign_in.demo_accounts import PASSWORD_FILE, demo_lines
from store import audit
from store.audit import AuditFilter
from store.sign_in import accounts as kept_accounts
from store.sign_in import web_sessions
from store.sign_in.accounts import Account
from store.sign_in.web_sessions import Session

PASSWORD = "correct horse battery"


@pytest.fixture
def parts(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """A migrated database in a data folder of its own, as the command finds it."""
    monkeypatch.setenv("EBBWATCH_DATA_DIR", str(tmp_path))
    shutil.copy(sqlite_template, tmp_path / "ebbwatch.db")
    return open_parts(load_settings())


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """What comes by standard input."""

    def type_(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    type_(PASSWORD + "\n")
    return type_


def account(parts: Parts, user: str = "manager-b001") -> Account:
    with parts.store.read() as tx:
        return next(each for each in kept_accounts.load_all(tx) if each.user == user)


def add(user: str = "manager-b001", role: str = "branch_manager", branch: str | None = "B001") -> str:
    return accounts.add(user, role, branch, generate=False)


def a_session(parts: Parts, user: str = "manager-b001") -> str:
    now = parts.clock()
    with parts.store.write() as tx:
        web_sessions.add_session(
            tx, Session("h" * 64, user, "branch_manager", "B001", "c", now, now, now.replace(year=9999))
        )
    return "h" * 64


def trail(parts: Parts) -> list[tuple[str, str]]:
    with parts.store.read() as tx:
        found = audit.search(tx, AuditFilter(), before_id=None, limit=9)
    return [(each.entry.action, each.entry.key) for each in found]


def test_an_account_is_made_with_the_password_from_standard_input(parts, typed) -> None:
    assert add() == "manager-b001 may sign in"
    made = account(parts)
    assert (made.role, made.branch_id, made.disabled) == ("branch_manager", "B001", False)
    assert Passwords().matches(made.password_hash, PASSWORD)
    assert trail(parts) == [("account.add", "manager-b001")]


def test_a_generated_password_is_told_once_and_kept_as_a_hash(parts) -> None:
    told = accounts.add("approver-1", "approver", None, generate=True).rpartition(" ")[2]
    assert len(told) == 20
    assert Passwords().matches(account(parts, "approver-1").password_hash, told)
    assert told not in accounts.listed()


def test_a_role_of_all_branches_is_kept_without_one(parts, typed) -> None:
    add("approver-1", "approver", "B001")
    assert account(parts, "approver-1").branch_id is None


@pytest.mark.parametrize(
    ("user", "role", "branch", "says"),
    [
        ("m", "manager", "B001", "--role: manager is none of branch_staff, "),
        ("m", "branch_manager", None, "--branch: a branch_manager works in one branch"),
        ("m", "branch_manager", "B 1", "--user, --branch: "),
        ("", "approver", None, "--user, --branch: "),
        ("a\x00b", "approver", None, "--user, --branch: "),
        (" m", "approver", None, "--user: without spaces"),
    ],
)
def test_what_makes_no_account_is_said(parts, typed, user, role, branch, says) -> None:
    with pytest.raises(BadSetting) as refused:
        add(user, role, branch)
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_a_password_that_is_too_short_or_too_long_is_refused(parts, typed, password) -> None:
    typed(password + "\n")
    with pytest.raises(BadSetting, match="12 to 200"):
        add()


def test_a_user_has_one_account(parts, typed) -> None:
    add()
    typed(PASSWORD)
    with pytest.raises(Conflict):
        add()


def test_a_new_password_unlocks_and_ends_every_session(parts, typed) -> None:
    add()
    for _ in range(5):
        with parts.store.write() as tx:
            kept_accounts.begin_try(tx, "manager-b001", parts.clock())
    session = a_session(parts)
    typed("another horse battery\n")
    assert accounts.password("manager-b001", generate=False) == "manager-b001 has a new password; 1 sessions ended"
    assert Passwords().matches(account(parts).password_hash, "another horse battery")
    assert account(parts).locked_until is None
    with parts.store.read() as tx:
        assert web_sessions.find_session(tx, session, parts.clock()) is None


def test_who_is_disabled_is_out_at_once_and_may_be_let_in_again(parts, typed) -> None:
    add()
    session = a_session(parts)
    assert accounts.disable("manager-b001").endswith("1 sessions ended")
    with parts.store.read() as tx:
        assert web_sessions.find_session(tx, session, parts.clock()) is None
    assert accounts.listed() == "manager-b001\tbranch_manager\tB001\tdisabled"
    accounts.enable("manager-b001")
    assert accounts.listed() == "manager-b001\tbranch_manager\tB001\topen"
    assert [action for action, _ in trail(parts)] == ["account.enable", "account.disable", "account.add"]


def test_nobody_can_be_changed_who_has_no_account(parts, typed) -> None:
    with pytest.raises(NotFound):
        accounts.password("nobody", generate=True)
    with pytest.raises(NotFound):
        accounts.disable("nobody")
    assert trail(parts) == []
    assert accounts.listed() == "no accounts"


def test_neither_the_password_nor_its_hash_is_in_the_audit_trail(parts, typed) -> None:
    add()
    with parts.store.read() as tx:
        rows = str(audit.search(tx, AuditFilter(), before_id=None, limit=9))
    assert PASSWORD not in rows
    assert "argon2" not in rows


def test_the_command_line_does_each_of_them(parts, typed, monkeypatch, capsys) -> None:
    for line in (
        "add --user manager-b001 --role branch_manager --branch B001",
        "disable --user manager-b001",
        "enable --user manager-b001",
        "password --user manager-b001 --generate",
        "list",
    ):
        monkeypatch.setattr("sys.argv", ["ebbwatch", "account", *line.split()])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code, line
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "manager-b001 may sign in"
    assert told[-1] == "manager-b001\tbranch_manager\tB001\topen"


def test_with_a_provider_the_command_says_that_nobody_will_use_it(parts, typed, monkeypatch, capsys) -> None:
    monkeypatch.setenv("EBBWATCH_OIDC_ISSUER", "https://login.bank.example")
    monkeypatch.setenv("EBBWATCH_OIDC_CLIENT_ID", "desk")
    monkeypatch.setenv("EBBWATCH_PUBLIC_URL", "https://desk.bank.example")
    accounts.listed()
    assert "people sign in there" in capsys.readouterr().err


class TestDemoAccounts:
    def test_three_people_have_one_password_that_stays_with_the_data_folder(self, parts, tmp_path) -> None:
        lines = demo_lines(parts, "http://127.0.0.1:8080", "B001")
        password = (tmp_path / PASSWORD_FILE).read_text()
        assert lines[0] == f"Desk: http://127.0.0.1:8080/ - sign in with the password {password} as"
        assert [line.split()[0] for line in lines[1:]] == ["staff-b001", "manager-b001", "approver"]
        assert (tmp_path / PASSWORD_FILE).stat().st_mode & 0o777 == 0o600
        assert Passwords().matches(account(parts).password_hash, password)
        assert demo_lines(parts, "http://127.0.0.1:8080", "B001") == lines

    @pytest.mark.usefixtures("typed")
    def test_an_account_that_was_given_another_password_is_left_alone(self, parts) -> None:
        demo_lines(parts, "", "B001")
        accounts.password("approver", generate=False)
        assert [line.split()[0] for line in demo_lines(parts, "", "B001")[1:]] == ["staff-b001", "manager-b001"]
        assert Passwords().matches(account(parts, "approver").password_hash, PASSWORD)

    def test_with_a_provider_nobody_is_made(self, parts) -> None:
        changes = {"oidc_issuer": "https://login.bank.example", "public_url": "https://desk.bank.example"}
        settings = parts.settings.model_copy(update=changes)
        lines = demo_lines(Parts(settings, parts.store, parts.calendar, parts.metrics), "", "B001")
        assert lines == ["Desk: https://desk.bank.example, by way of https://login.bank.example"]
        assert accounts.listed() == "no accounts"
