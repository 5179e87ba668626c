"""The document and the page that shows it."""

from __future__ import annotations

import re

import jsonschema
import pytest

REMEDIES = {"ProposeBody", "TermsBody", "ApproveBody", "DecisionBody"}


@pytest.fixture
def document(api) -> dict:
    return api.anyone().get("/openapi.json").json()


def operations(document: dict) -> list[tuple[str, str, dict]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def test_every_reference_leads_somewhere(document) -> None:
    wanted = set(re.findall(r"'#/components/schemas/([^']+)'", str(document)))
    assert wanted <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_schema_is_one(document) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_refusal_is_told_as_a_problem(document) -> None:
    for path, method, each in operations(document):
        if not path.startswith("/api/v1"):
            continue
        refusals = {status: told for status, told in each["responses"].items() if status[0] in "45"}
        assert {"401", "403", "422"} <= set(refusals), (path, method)
        assert ("404" in refusals) is ("{" in path)
        assert ("412" in refusals) is (method == "post")
        assert all(list(told["content"]) == ["application/problem+json"] for told in refusals.values())


def test_every_route_is_described_named_and_guarded(document) -> None:
    names = [each["operationId"] for _, _, each in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, each in operations(document):
        assert each["description"], (path, method)
        assert bool(each.get("security")) is path.startswith("/api/"), path


def test_every_body_that_is_sent_has_an_example_that_fits(document) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for example in schema.get("examples", []):
            jsonschema.validate(example, {**schema, "components": document["components"]})
        if name in {"SnoozeBody", "CloseBody", "AssignBody", "ReleaseBody", "ReplayBody", "ProblemBody"} | REMEDIES:
            assert schema["examples"], name


def test_unknown_fields_are_refused_by_the_document_too(document) -> None:
    assert all(
        schema.get("additionalProperties") is False
        for schema in document["components"]["schemas"].values()
        if schema["type"] == "object"
    )


def test_the_page_loads_nothing_from_elsewhere(api) -> None:
    page = api.anyone().get("/docs")
    assert page.status_code == 200
    assert re.findall(r"https?://[^\s\"']+", page.text) == []
    assert "connect-src 'self'" in page.headers["Content-Security-Policy"]
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert api.anyone().get(asset).status_code == 200, asset
