"""What goes around every request: id, metrics, log line, headers."""

from __future__ import annotations

import logging

import pytest


@pytest.mark.parametrize("given", ["r-1", "A.b_c-9", "x" * 64])
def test_a_request_keeps_the_id_it_came_with(api, given) -> None:
    assert api.anyone().get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"', "a\tb"])
def test_an_id_that_is_none_is_replaced(api, given) -> None:
    answered = api.anyone().get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert answered != given
    assert len(answered) == 32


@pytest.mark.parametrize("path", ["/api/v1/clients", "/healthz", "/nowhere", "/metrics"])
def test_no_answer_is_kept_by_a_cache_or_run_by_a_browser(api, path) -> None:
    headers = api.staff().get(path).headers
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_requests_are_counted_by_route_and_not_by_path(two_branches, api) -> None:
    for path in ("/api/v1/clients/C1", "/api/v1/clients/C2", "/api/v1/clients/X9", "/nowhere", "/elsewhere"):
        api.staff().get(path)
    text = api.anyone().get("/metrics").text
    route = 'method="GET",route="/api/v1/clients/{client_id}"'
    assert f'ebbwatch_http_requests_total{{{route},status="200"}} 2.0' in text
    assert f'ebbwatch_http_requests_total{{{route},status="404"}} 1.0' in text
    assert 'ebbwatch_http_requests_total{method="GET",route="unknown",status="404"} 2.0' in text
    assert f"ebbwatch_http_request_seconds_count{{{route}}} 3.0" in text


def test_failures_of_a_route_are_there_at_zero_from_its_first_request_on(api) -> None:
    api.anyone().get("/healthz")
    text = api.anyone().get("/metrics").text
    for status in ("500", "503"):
        assert f'ebbwatch_http_requests_total{{method="GET",route="/healthz",status="{status}"}} 0.0' in text


def test_a_made_up_method_makes_no_metric_of_its_own(api) -> None:
    api.anyone().request("BREW", "/healthz")
    text = api.anyone().get("/metrics").text
    assert 'method="other"' in text
    assert "BREW" not in text


def test_the_log_line_says_who_did_what_and_holds_no_secret(two_branches, api, caplog) -> None:
    caplog.set_level(logging.INFO, "api.context")
    staff = api.staff(user="staff-9")
    staff.get("/api/v1/clients?q=Harbour", headers={"X-Request-ID": "r-7"})
    (line,) = [record for record in caplog.records if record.name == "api.context"]
    told = {name: getattr(line, name) for name in ("method", "route", "status", "request_id", "actor", "role")}
    assert told == {
        "method": "GET",
        "route": "/api/v1/clients",
        "status": 200,
        "request_id": "r-7",
        "actor": "staff-9",
        "role": "branch_staff",
    }
    everything = str(vars(line))
    assert "Harbour" not in everything
    assert staff.headers["Authorization"].removeprefix("Bearer ") not in everything
