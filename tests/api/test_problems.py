"""Every refusal is a problem: its type, its status, and no more than the caller may know."""

from __future__ import annotations

import jsonschema
import pytest
from sqlalchemy.exc import OperationalError

from api.errors import KeysUnavailable
from api.problems import ERRORS, TYPE_PREFIX, kind_of
from casework.alerts.episodes import alert_id_of
from schemas import errors
from schemas.http import ProblemBody
from schemas.verdicts import Direction
from schemas.weeks import parse_week
from tests.busy_database import locked

ALERT = f"/api/v1/alerts/{alert_id_of('C1', Direction.FALL, parse_week('2026-W02'))}"
JSON = {"Content-Type": "application/json"}


def check(answer, status: int, slug: str) -> dict:
    """The answer as a problem, checked against the published schema by another validator."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    jsonschema.validate(body, ProblemBody.model_json_schema())
    assert (body["status"], body["type"]) == (status, TYPE_PREFIX + slug)
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return body


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "slug"),
    [
        ("GET", "/api/v1/alerts?cursor=AAAA", {}, 400, "bad-cursor"),
        ("POST", f"{ALERT}/snooze", {"content": b"{", "headers": JSON}, 400, "malformed"),
        ("POST", f"{ALERT}/snooze", {"content": b"\xff", "headers": JSON}, 400, "malformed"),
        ("POST", f"{ALERT}/snooze", {"content": b"[" * 60_000, "headers": JSON}, 400, "malformed"),
        ("POST", f"{ALERT}/close", {"content": b"9" * 6_000, "headers": JSON}, 400, "malformed"),
        ("GET", "/api/v1/dead-letters", {}, 403, "forbidden"),
        ("GET", "/api/v1/clients/X1", {}, 404, "not-found"),
        ("GET", "/api/v1/alerts/not-a-uuid", {}, 404, "not-found"),
        ("GET", "/nowhere", {}, 404, "not-found"),
        ("GET", "/api/v1/clients/", {}, 404, "not-found"),
        ("DELETE", ALERT, {}, 405, "method-not-allowed"),
        ("POST", f"{ALERT}/acknowledge", {"headers": {"If-Match": '"9"'}}, 412, "stale-revision"),
        ("POST", f"{ALERT}/snooze", {"content": b"x" * 70_000, "headers": JSON}, 413, "too-large"),
        ("POST", f"{ALERT}/close", {"data": {"outcome": "false_alarm"}}, 415, "media-type"),
        ("POST", f"{ALERT}/close", {"content": b'{"outcome": "false_alarm"}'}, 415, "media-type"),
        ("GET", "/api/v1/alerts?limit=0", {}, 422, "invalid"),
        ("POST", f"{ALERT}/close", {}, 422, "invalid"),
    ],
)
def test_each_kind_of_refusal_is_a_problem(two_branches, api, method, path, more, status, slug) -> None:
    check(api.staff().request(method, path, **more), status, slug)


def test_a_method_that_is_not_there_names_those_that_are(two_branches, api) -> None:
    assert "GET" in api.staff().delete(ALERT).headers["Allow"]


def test_a_body_that_comes_in_pieces_is_counted_too(two_branches, api) -> None:
    pieces = (b"x" * 10_000 for _ in range(8))
    check(api.staff().post(f"{ALERT}/close", content=pieces, headers=JSON), 413, "too-large")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"until": "2026-02-01", "reason": "r", "colour": 1}, ["/colour"]),
        ({"until": 5, "reason": ""}, ["/until", "/reason"]),
        ({"until": "2026-02-30", "reason": "r"}, ["/until"]),
        ({"until": "2026-02-01", "reason": "a\u0000b"}, ["/reason"]),
        ({"until": "2026-02-01", "reason": "r", "a/b~c": 1}, ["/a~1b~0c"]),
        ([], [""]),
    ],
)
def test_a_body_that_does_not_fit_is_pointed_at(two_branches, api, body, pointers) -> None:
    told = check(api.staff().post(f"{ALERT}/snooze", json=body), 422, "invalid")
    assert [each["pointer"] for each in told["errors"]] == pointers


@pytest.mark.parametrize(
    "query",
    ["limit=201", "limit=x", "colour=red", "state=opened", "grade=2", "week=2026-W54", "week=last", "branch=a%00b"],
)
@pytest.mark.parametrize("path", ["alerts", "clients/C1/alerts"])
def test_a_parameter_that_does_not_fit_is_named(two_branches, api, path, query) -> None:
    told = check(api.staff().get(f"/api/v1/{path}?{query}"), 422, "invalid")
    assert told["errors"][0]["parameter"].split(".")[0] == query.split("=")[0]


def test_a_token_that_does_not_hold_is_told_so_by_the_challenge(api) -> None:
    answer = api.anyone().get("/api/v1/alerts", headers={"Authorization": "Bearer nonsense"})
    check(answer, 401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert "nonsense" not in answer.text


@pytest.mark.parametrize("header", ["Basic dTpw", "Bearer", "Bearer ", "nonsense"])
def test_another_scheme_is_no_token(api, header) -> None:
    check(api.anyone().get("/api/v1/alerts", headers={"Authorization": header}), 401, "not-authenticated")


class Failing:
    """Keys whose every check raises `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def claims(self, _token: str) -> dict[str, object]:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (RuntimeError("secret of the house"), 500, "internal"),
        (errors.EbbwatchError("secret of the house"), 500, "internal"),
        (KeysUnavailable("the keys cannot be had"), 503, "keys-unavailable"),
        (OperationalError("SELECT secret", {}, locked()), 503, "unavailable"),
    ],
)
def test_what_breaks_here_is_said_without_its_insides(sqlite_store, api, error, status, slug) -> None:
    broken = type(api)(api.app, sqlite_store, Failing(error))
    answer = broken.anyone().get("/api/v1/alerts", headers={"Authorization": "Bearer t"})
    check(answer, status, slug)
    assert "secret" not in answer.text
    assert ("Retry-After" in answer.headers) is (status == 503)


def test_every_error_a_person_can_cause_has_an_entry() -> None:
    caused = {errors.NotFound, errors.Conflict, errors.StaleRevision, errors.Forbidden}
    assert caused <= set(ERRORS)
    assert kind_of(errors.StaleRevision(1, 2)).status == 412
    assert kind_of(errors.EbbwatchError()).status == 500
