"""Scripts and styles: kept for ever by a browser under an address that their content makes."""

from __future__ import annotations

import gzip

import pytest

from api.web.assets import static_url
from schemas.errors import NotFound

CHARTS = static_url("plotly.min.js")


def test_a_file_is_kept_for_ever_under_the_address_of_its_content(desk) -> None:
    answer = desk.anyone().get(CHARTS)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_charts_are_packed_for_who_can_unpack_and_the_same_to_everybody(desk) -> None:
    browser = desk.anyone()
    with browser.stream("GET", CHARTS, headers={"Accept-Encoding": "br;q=1, gzip;q=0.8"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 1_600_000
    plain = browser.get(CHARTS, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_who_refuses_gzip_is_not_given_it(desk) -> None:
    assert "Content-Encoding" not in desk.anyone().get(CHARTS, headers={"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize(
    "path",
    [
        CHARTS.replace("/static/", "/static/0"),
        "/static/plotly.min.js",
        "/static/x/../../visitor.py",
        "/static/x/%2e%2e/visitor.py",
        "/static/x//etc/passwd",
    ],
)
def test_another_content_or_another_folder_is_not_found(desk, path) -> None:
    assert desk.anyone().get(path).status_code == 404


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        static_url("../visitor.py")
