"""From a form to an act and back to a page.

    @router.post("/desk/alerts/{alert_id}/snooze")
    def snooze(visitor: Actor, sent: SentForm, alert_id: UuidPath) -> Response:
        def act() -> Act[Episode]:
            body = sent.body(SnoozeBody)
            return partial(alerts.snooze, alert_id=alert_id, until=body.until, reason=body.reason)

        return sent.attempt(
            act, done=Flash(N_("Snoozed.")), back_to="/", again=lambda form: monday_page(visitor, form=form)
        )

`back_to` is shown with 303 when it worked. Where it did not, `again` makes the page anew with what was typed, what
was wrong with it, and the newest state of everything else; it is answered with the refusal's own status.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from acts.performing import Act, ActContext, ActRequest
from api.errors import BadHeader
from api.problems import kind_of
from api.web import flash
from api.web.csrf import FIELD as CSRF
from api.web.flash import Flash
from api.web.language.refusals import field_text, refusal_text
from api.web.visitor import SignedIn, Visitor
from casework.cases.case_lifecycle import ClientMoved
from casework.policies.rules import ProposerDoesNotApply
from casework.remedies.remedy_lifecycle import MakerIsNotChecker, WrongLevel
from language.catalogues import texts_in
from schemas.errors import Conflict, EbbwatchError, NotAllowedByRules, StaleRevision
from schemas.http import Body
from store.idempotency import Answer

B = TypeVar("B", bound=Body)
T = TypeVar("T")
KEY, REVISION = "key", "revision"
_REVISION, _KEY_SHAPE = re.compile(r"[0-9]{1,9}"), re.compile(r"[\w.~-]{1,200}", re.ASCII)
_OURS = frozenset({CSRF, KEY, REVISION})


class _Maybe(dict[str, str | None]):
    """None for what is not in it: templates ask for every field."""

    def __missing__(self, key: str) -> None:
        return None


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as a page shows it: `values` as typed, `errors` by field, `problem` with all of it."""

    values: Mapping[str, str | None] = field(default_factory=_Maybe)
    errors: Mapping[str, str | None] = field(default_factory=_Maybe)
    problem: str | None = None
    name: str = ""  # which of a page's forms it was: the end of the path that it was sent to


class BadFields(EbbwatchError):
    """Fields that do not make the body they are for; `errors` are pydantic's."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("a field of the form does not fit")
        self.errors = errors


# What the page says of its form. Every other error has a page of its own.
OF_THE_FORM = (
    BadFields, NotAllowedByRules, Conflict, StaleRevision, MakerIsNotChecker, WrongLevel, ProposerDoesNotApply,
    ClientMoved,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """What a visitor's form said. Several values of a name are kept in their order."""

    visitor: Visitor
    values: Mapping[str, Sequence[str]]

    def one(self, name: str) -> str | None:
        """The first value; None for an empty field, which is how a form says nothing."""
        return next((value for value in self.values.get(name, ()) if value.strip()), None)

    def all(self, name: str) -> list[str]:
        return [value for value in self.values.get(name, ()) if value.strip()]

    @property
    def act_request(self) -> ActRequest:
        """What it says beside the act: the revision that was shown, and the key of this one form."""
        revision, key = self.one(REVISION), self.one(KEY)
        if (revision and not _REVISION.fullmatch(revision)) or (key and not _KEY_SHAPE.fullmatch(key)):
            raise BadHeader("a form sends its revision and its key back as they were")
        revisions = (int(revision),) if revision else None
        typed = [f"{name}={value}" for name in sorted(self.values) for value in self.values[name] if name != CSRF]
        request = self.visitor.request
        fingerprint = hashlib.sha256("\n".join((request.url.path, *typed)).encode()).hexdigest()
        return ActRequest(revisions, key, fingerprint, request.state.request_id)

    def body(self, model: type[B], *, only: Collection[str] | None = None, **known: Any) -> B:
        """The fields as the API's body, with what the route knows better. `only`: take these and no others.

        Raises BadFields.
        """
        wanted = model.model_fields if only is None else only
        named = {name: self._field_value(model, name) for name in wanted if name in self.values}
        try:
            return model.model_validate({name: value for name, value in named.items() if value is not None} | known)
        except ValidationError as error:
            raise BadFields(error.errors(include_url=False)) from None

    def _field_value(self, model: type[Body], name: str) -> str | list[str] | None:
        origin = str(model.model_fields[name].annotation)
        return self.all(name) if "list[" in origin.lower() else self.one(name)

    def must_have(self, *names: str) -> None:
        """Raises BadFields for those that were left empty, where the body itself would take nothing."""
        lacking = [{"type": "missing", "loc": (name,)} for name in names if self.one(name) is None]
        if lacking:
            raise BadFields(lacking)

    def attempt(
        self,
        act: Callable[[], Act[T]],
        *,
        done: Flash | Callable[[T], Flash],
        back_to: str | Callable[[T], str],
        again: Callable[[FormState], Response],
    ) -> Response:
        """1. Read the form into an act, and perform it once. 2. On to the next page with a word of it; or the page
        again with what was wrong.
        """
        deps, caller = self.visitor.deps, self.visitor.caller

        def answer(_context: ActContext, made: T) -> Answer:
            word = done(made) if callable(done) else done
            place = back_to(made) if callable(back_to) else back_to
            return Answer(303, {"Location": place}, msgspec.json.encode(word))

        try:
            answered, _ = deps.performer.perform_once(caller, act(), self.act_request, answer)
        except OF_THE_FORM as error:
            return self.refuse(error, again)
        next_page = RedirectResponse(answered.headers["Location"], 303)
        flash.leave(next_page, deps.desk, msgspec.json.decode(answered.body, type=Flash))
        return next_page

    def refuse(self, error: EbbwatchError, again: Callable[[FormState], Response]) -> Response:
        """The page again with what was wrong, under the error's own status."""
        page = again(self.state(error))
        page.status_code = 422 if isinstance(error, BadFields) else kind_of(error).status
        return page

    def state(self, error: EbbwatchError | None = None) -> FormState:
        """The form with what is in it and what was wrong, in the reader's language."""
        texts = texts_in(self.visitor.language)
        values = _Maybe({name: self.one(name) for name in self.values if name not in _OURS})
        name = self.visitor.request.url.path.rpartition("/")[2]
        if error is None:
            return FormState(values, name=name)
        if isinstance(error, BadFields):
            errors = _Maybe({str(item["loc"][0]): field_text(item, texts) for item in error.errors if item["loc"]})
            whole = next((field_text(item, texts) for item in error.errors if not item["loc"]), None)
            return FormState(values, errors, whole, name)
        text = refusal_text(error, texts)
        if isinstance(error, NotAllowedByRules) and error.field in self.values:
            return FormState(values, _Maybe({error.field: text}), None, name)
        return FormState(values, _Maybe(), text, name)


async def _read(visitor: SignedIn) -> Sent:
    """Kept by the request, which the CSRF check has read already. Files are not taken."""
    form = await visitor.request.form()
    values: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return Sent(visitor, values)


SentForm = Annotated[Sent, Depends(_read)]
