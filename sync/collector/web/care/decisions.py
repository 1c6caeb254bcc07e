"""Decisions: what somebody decides about a case, a comment or a sign is kept, or its form comes back as it was sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from kiosk.base.errors import SpokenError
from kiosk.base.texts import Texts
from sync.collector.services.services import Services
from sync.collector.web.shared.depends import FormFields


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent, and what was wrong with it; both empty when a page is only looked at."""

    form: FormFields = field(default_factory=dict)
    fault: SpokenError | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows the form."""
        return 400 if self.fault else 200

    def values(self, t: Texts) -> dict[str, Any]:
        """The form and its fault, as the templates name them."""
        return {"form": self.form, "wrong": self.fault.sentence(t) if self.fault else ""}


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
    """Keep the decision and redirect to ``address``; where it raises ``missing``, show the form ``again``."""
    try:
        await services.write(deciding)
    except missing as error:
        return await again(Sent(form, error))
    return RedirectResponse(address, 303)
