"""The desk's pages about cases, limits, quiet weeks and notices, in the order in which their paths are tried."""

from __future__ import annotations

from api.web import notices
from api.web.cases import forms as case_forms
from api.web.cases import listing as case_list
from api.web.cases import opening as case_new
from api.web.cases import tasks as case_tasks
from api.web.figures import downloads
from api.web.figures import page as figures
from api.web.policies import workbench as policies
from api.web.quiet import calendar, movements
from api.web.remedies import acts as remedies
from api.web.remedies import approvals

# case_new before case_forms: "new" is no case's id.
ROUTERS = tuple(
    part.router
    for part in (
        case_list,
        downloads,
        case_new,
        case_forms,
        case_tasks,
        remedies,
        approvals,
        figures,
        policies,
        calendar,
        movements,
        notices,
    )
)
