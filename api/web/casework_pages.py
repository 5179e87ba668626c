"""The desk's pages about cases, remedies, figures and notices, in the order in which their paths are tried."""

from __future__ import annotations

from api.web import (
    approvals,
    case_forms,
    case_list,
    case_new,
    case_tasks,
    downloads,
    figures,
    notices,
    policies,
    remedies,
)

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
        notices,
    )
)
