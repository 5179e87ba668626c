"""One client: its weeks in a chart and a table, the arithmetic of its alerts, its peers, what has been done."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from acts.roles import Permission, may
from api.alerts.listing import AlertQuery, search_alerts
from api.clients.reading import get_activity_body, get_client_row, presets_body
from api.deps import ApiDeps, Deps
from api.reading import Reading, Snapshot
from api.web.clients.charts import LEAD_IN_WEEKS, Drawn, Voice, figure
from api.web.clients.facts import RANGES, client_facts
from api.web.clients.peer_strip import strip
from api.web.forms import Shown
from api.web.language.words import msgid
from api.web.rendering import client_path, pages_in, render
from api.web.sign_in.session import Visitor, needing_page
from schemas.events import ID_PATTERN
from schemas.vocabulary import Outcome, SeriesName

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, needing_page(Permission.READ_CLIENTS)]
ClientId = Annotated[str, Path(pattern=ID_PATTERN, max_length=64)]
Weeks = Annotated[int, Query(ge=1, le=RANGES[-1])]
YEAR = 52
_PEOPLE_SAY = tuple(outcome for outcome in get_args(Outcome) if outcome not in ("withdrawn", "recovered"))


@router.get("/desk/clients/{client_id:path}/chart.json")
def chart(
    visitor: Reader,
    deps: Deps,
    reading: Reading,
    client_id: ClientId,
    weeks: Weeks = YEAR,
    series: SeriesName = "turnover",
) -> JSONResponse:
    """The figure for plotly. Raises NotFound."""
    tx, pages = reading.tx, pages_in(visitor.language)
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
    currency = deps.base_currency
    voice = Voice(pages.texts.gettext, lambda amount: pages.formats.compact(str(amount), currency))
    return JSONResponse(figure(drawn, voice))


@router.get("/desk/clients/{client_id:path}")
def client(
    request: Request,
    visitor: Reader,
    deps: Deps,
    reading: Reading,
    client_id: ClientId,
    weeks: Weeks = YEAR,
    series: SeriesName = "turnover",
) -> Response:
    """The page. Raises NotFound for no client, and for one of another branch."""
    return client_page(request, visitor, deps, reading, client_id, weeks=weeks, series=series)


def client_page(
    request: Request,
    visitor: Visitor,
    deps: ApiDeps,
    reading: Snapshot,
    client_id: str,
    *,
    weeks: int = YEAR,
    series: SeriesName = "turnover",
    form: Shown | None = None,
    about: str | None = None,
) -> Response:
    """`form` is one that came back, `about` the alert that it was for."""
    facts = client_facts(reading.tx, deps, visitor.caller, visitor.language, client_id, weeks, series)
    pages = pages_in(visitor.language)
    path, role = client_path(client_id), visitor.caller.role
    shown: dict[str, Any] = {
        "facts": facts,
        "weeks": weeks,
        "series": series,
        "ranges": RANGES,
        "path_of_client": path,
        "outcome_options": [("", ""), *((code, pages.say(msgid("outcome", code))) for code in _PEOPLE_SAY)],
        "strip": strip(facts.peers),
        "form": form,
        "about": about,
        "may_act": may(role, Permission.ACT_ON_ALERTS),
        "may_form": may(role, Permission.FORM_CASES),
        "today": deps.today(),
        "here": f"{path}?weeks={weeks}&series={series}",
    }
    return render(request, "client.html", visitor=visitor, **shown)
