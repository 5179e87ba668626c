"""One client: its weeks in a chart and a table, the arithmetic of its alerts, its peers, what has been done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse

from api.alerts.listing import AlertQuery, search_alerts
from api.clients.reading import get_activity_body, get_client_row, presets_body
from api.web.alerts.outcomes import outcome_options
from api.web.clients.charts import LEAD_IN_WEEKS, Drawn, Voice, figure
from api.web.clients.facts import RANGES, client_facts
from api.web.clients.peer_strip import strip
from api.web.forms import FormState
from api.web.rendering import client_path, pages_in, render
from api.web.visitor import ClientReader, Visitor
from schemas.events import ID_PATTERN
from schemas.vocabulary import VolumeName

router = APIRouter(include_in_schema=False)
ClientId = Annotated[str, Path(pattern=ID_PATTERN, max_length=64)]
Weeks = Annotated[int, Query(ge=1, le=RANGES[-1])]
YEAR = 52


@router.get("/desk/clients/{client_id:path}/chart.json")
def chart(
    visitor: ClientReader, client_id: ClientId, weeks: Weeks = YEAR, series: VolumeName = "turnover"
) -> JSONResponse:
    """The figure for plotly. Raises NotFound."""
    tx, deps, pages = visitor.tx, visitor.deps, pages_in(visitor.language)
    client = get_client_row(tx, deps, visitor.caller, client_id)
    found = search_alerts(tx, deps, visitor.caller, AlertQuery.model_validate({}), client_id=client_id).items
    drawn = Drawn(
        activity=get_activity_body(tx, deps, client, weeks + LEAD_IN_WEEKS),
        weeks=weeks,
        series=series,
        presets=presets_body(tx, deps, client.tier).presets,
        alerts=sorted(found, key=lambda alert: alert.state == "closed"),
        holidays=deps.rules.holidays,
    )
    voice = Voice(pages.texts.gettext, lambda amount: pages.formats.compact(str(amount), deps.base_currency))
    return JSONResponse(figure(drawn, voice))


@router.get("/desk/clients/{client_id:path}")
def client(
    visitor: ClientReader, client_id: ClientId, weeks: Weeks = YEAR, series: VolumeName = "turnover"
) -> Response:
    """The page. Raises NotFound for no client, and for one of another branch."""
    return client_page(visitor, client_id, weeks=weeks, series=series)


def client_page(
    visitor: Visitor,
    client_id: str,
    *,
    weeks: int = YEAR,
    series: VolumeName = "turnover",
    form: FormState | None = None,
    about: str | None = None,
) -> Response:
    """`form` is one that came back, `about` the alert that it was for."""
    facts = client_facts(visitor, client_id, weeks, series)
    path = client_path(client_id)
    return render(
        visitor,
        "client.html",
        facts=facts,
        weeks=weeks,
        series=series,
        ranges=RANGES,
        path_of_client=path,
        outcome_options=outcome_options(visitor.language),
        strip=strip(facts.peers),
        form=form,
        about=about,
        here=f"{path}?weeks={weeks}&series={series}",
    )
