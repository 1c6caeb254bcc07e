"""Decisions: what somebody decides about a case, a comment or a sign is kept, or its form comes back as it was sent."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row
from starlette.responses import RedirectResponse, Response

from kiosk.base.errors import SpokenError
from kiosk.base.texts import Texts
from sync.collector.errors import ChangedMeanwhile
from sync.collector.services.services import Services
from sync.collector.web.shared.depends import FormFields

SEEN_DIGITS_MAX = 15


def seen_in(form: FormFields) -> int | None:
    """The last step that the page of a form showed; None where the form does not say."""
    said = form.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= SEEN_DIGITS_MAX else None


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent, and what was wrong with it; both empty when a page is only looked at."""

    form: FormFields = field(default_factory=dict)
    fault: SpokenError | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows the form."""
        return 409 if self.is_conflict else 400 if self.fault else 200

    @property
    def is_conflict(self) -> bool:
        """Whether somebody else decided about it first, so that the page shows both."""
        return isinstance(self.fault, ChangedMeanwhile)

    def values(self, t: Texts) -> dict[str, Any]:
        """The form and its fault, as the templates name them."""
        return {"form": self.form, "wrong": self.fault.sentence(t) if self.fault else "", "conflict": self.is_conflict}

    def since(self, steps: Sequence[Row[Any]]) -> dict[str, Any]:
        """What the page's form says it has seen of the steps, and which steps came since the one that was sent."""
        newest = steps[-1].step_id if steps else 0
        seen = seen_in(self.form)
        theirs = [step for step in steps if seen is None or step.step_id > seen] or steps[-1:]
        # A form that comes back because a word is missing has still seen no more than before.
        is_kept = self.fault is not None and not self.is_conflict and seen is not None
        return {"seen": seen if is_kept else newest, "theirs": theirs}


LOOKED_AT = Sent()
"""A page that nobody has sent a form of."""


async def keep_decision(
    services: Services,
    deciding: Callable[[Connection], None],
    form: FormFields,
    *,
    missing: type[SpokenError],
    again: Callable[[Sent], Awaitable[Response]],
    address: str,
) -> Response:
    """Keep the decision and redirect; where it raises ``missing`` or ChangedMeanwhile, show the form ``again``."""
    try:
        await services.write(deciding)
    except (missing, ChangedMeanwhile) as error:
        return await again(Sent(form, error))
    return RedirectResponse(address, 303)
