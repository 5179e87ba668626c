"""`ebbwatch token`: what it prints opens the API of the same data folder, and what it cannot make it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from acts.sign_in.local_key import LocalKey
from schemas.errors import BadSetting, NotAuthenticated
from services import cli, token


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBBWATCH_DATA_DIR", str(tmp_path))


def test_a_token_says_who_and_where_to_the_same_folder_alone(tmp_path: Path) -> None:
    made = token.main("U1", "branch_manager", "B014", 12)
    claims = LocalKey(tmp_path).claims(made)
    assert (claims["sub"], claims["role"], claims["branch"]) == ("U1", "branch_manager", "B014")
    with pytest.raises(NotAuthenticated):
        LocalKey(tmp_path / "other").claims(made)


def test_a_role_of_all_branches_needs_none(tmp_path: Path) -> None:
    assert "branch" not in LocalKey(tmp_path).claims(token.main("U1", "auditor", None, 1))


@pytest.mark.parametrize(
    ("role", "branch", "hours", "says"),
    [
        ("manager", "B1", 1, "--role: manager is none of branch_staff, branch_manager, "),
        ("branch_staff", None, 1, "--branch: a branch_staff works in one branch"),
        ("branch_manager", "", 1, "--branch: "),
        ("auditor", None, 0, "--hours: "),
    ],
)
def test_what_cannot_be_made_is_said(role: str, branch: str | None, hours: float, says: str) -> None:
    with pytest.raises(BadSetting) as refused:
        token.main("U1", role, branch, hours)
    assert str(refused.value).startswith(says)


def test_the_command_prints_a_refusal_in_one_line_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["ebbwatch", "token", "--user", "U1", "--role", "nobody"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ebbwatch: --role: nobody is none of ")
    assert err.count("\n") == 1
