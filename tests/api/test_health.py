"""What machines ask, without a token."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families


def test_alive_is_said_whatever_else_is_wrong(api) -> None:
    api.lacking = {"database": "cannot be reached"}
    answer = api.anyone().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_is_said_when_no_part_lacks_anything(api) -> None:
    api.lacking = {"database": None, "kafka": None}
    answer = api.anyone().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "not_ready": {}})


def test_not_ready_says_what_is_not(api) -> None:
    api.lacking = {"database": None, "kafka": "no broker answers", "schema": "0001 is missing"}
    answer = api.anyone().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["not_ready"] == {"kafka": "no broker answers", "schema": "0001 is missing"}


class Breaking(dict):
    def items(self):
        raise RuntimeError("secret")


def test_readiness_that_breaks_is_not_ready(api) -> None:
    api.lacking = Breaking()
    answer = api.anyone().get("/readyz")
    assert (answer.status_code, "secret" in answer.text) == (503, False)


def test_metrics_can_be_scraped(api) -> None:
    api.anyone().get("/healthz")
    answer = api.anyone().get("/metrics")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert {"ebbwatch_http_requests", "ebbwatch_http_request_seconds"} <= names
