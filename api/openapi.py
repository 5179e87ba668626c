"""The OpenAPI document, with every refusal a route can give as application/problem+json."""

from __future__ import annotations

from typing import Any

from api.problems import MEDIA_TYPE
from schemas.http import ProblemBody

_EVERY = {
    "401": "No token, or one that does not hold",
    "403": "The role may not do this",
    "422": "The request does not fit its schema",
    "503": "Not available just now",
}
_LIST = {"400": "The cursor is not one of this list"}
_ONE = {"404": "There is no such thing, or it is not yours to see"}
_CHANGE = {
    "400": "The request cannot be read",
    "409": "Its state does not allow this",
    "412": "Someone else changed it first",
    "413": "The body is too large",
    "415": "The body is not JSON",
}
_REFERENCE = "#/components/schemas/"


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document with problem responses instead of FastAPI's own; it is changed in place and returned."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            responses = operation["responses"]
            responses.pop("422", None)  # FastAPI's own shape, which is never sent
            if operation.get("security"):
                responses.update(_responses(path, method))
    schemas = document["components"]["schemas"]
    for own in ("HTTPValidationError", "ValidationError"):
        schemas.pop(own, None)
    problem = ProblemBody.model_json_schema(ref_template=_REFERENCE + "{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemBody"] = problem
    return document


def _responses(path: str, method: str) -> dict[str, Any]:
    told = dict(_EVERY)
    if "{" in path:
        told |= _ONE
    if method == "post":
        told |= _CHANGE
    elif "{" not in path:
        told |= _LIST
    content = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE + "ProblemBody"}}}
    return {status: {"description": description, "content": content} for status, description in told.items()}
