"""Addresses: only the bank's schemes, no option that reads files or weakens the connection, and never repeated."""

from __future__ import annotations

import pytest

from casework.notices.address import DEFAULT_SCHEMES, check_address, scheme_of
from schemas.errors import NotAllowedByRules

GOOD = [
    "mailto://robot:s3cret@mail.bank.example:587/?to=a@bank.example&from=b@bank.example&mode=starttls",
    "mailtos://robot:s3cret@mail.bank.example?to=a@bank.example",
    "workflows://prod-1.logic.azure.com:443/643e69f83c8944/8U9xHuf8A/?route=triggers&ver=2016",
    "wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk://s3cret@token/13800000000",
    "json://127.0.0.1:8080/hook?+X-Token=s3cret&+authorization=Basic%20x",
    "jsons://hook.bank.example/a/b",
]
BAD = [
    "file:///etc/passwd",
    "dbus://",
    "syslog://localhost",
    "slack://a/b/c",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cret",
    "JSON://hook.bank.example",
    " json://hook.bank.example",
    "json://hook.bank.example, dbus://",
    "json://hook.bank.example\ndbus://",
    "json:/hook.bank.example",
    "json://",
    "mailto://例.example",
    "workflows://h/a/b?template=/etc/passwd",
    "workflows://h/a/b?%74emplate=/etc/passwd",
    "workflows://h/a/b?ver=1;template=/etc/passwd",
    "workflows://h/a/b?:name=value",
    "mailto://u:s3cret@h?PGPPUB=/etc/passwd",
    "mailto://u:s3cret@h?pgp=sign&to=a@bank.example",
    "mailto://u:s3cret@h?+X-Header=a",
    "jsons://h?verify=no",
    "jsons://h?redirect=yes",
    "json://h?method=DELETE",
    "json://h?rto=9999",
    "json://h?-param=1",
    "json://h?:payload=1",
]


@pytest.mark.parametrize("address", GOOD)
def test_an_address_of_the_banks_schemes_is_taken(address) -> None:
    check_address(address, DEFAULT_SCHEMES)
    assert scheme_of(address) in DEFAULT_SCHEMES


@pytest.mark.parametrize("address", BAD)
def test_any_other_is_refused_and_never_repeated(address) -> None:
    with pytest.raises(NotAllowedByRules) as refused:
        check_address(address, DEFAULT_SCHEMES)
    assert refused.value.field == "address"
    for part in ("s3cret", "passwd", "bank.example", "qyapi"):
        assert part not in str(refused.value)


def test_the_bank_decides_which_schemes() -> None:
    check_address("jsons://hook.bank.example", {"jsons"})
    with pytest.raises(NotAllowedByRules, match="jsons, and ://"):
        check_address("mailto://u:p@h?to=a@bank.example", {"jsons"})


@pytest.mark.parametrize("address", ["s3cret", "", "//s3cret", "s3cret:x://", "x" * 33 + "://s3cret"])
def test_what_has_no_scheme_shows_nothing_of_itself(address) -> None:
    assert scheme_of(address) == "none"
