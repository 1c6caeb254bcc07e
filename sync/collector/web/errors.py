"""Errors: the page that a person gets instead of the one asked for; programs get problems instead."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kiosk.base.errors import SpokenError
from sync.collector.api.depends import services_of
from sync.collector.api.gate import PASSWORD_PAGE, PasswordChangeNeeded, SignInNeeded, is_poll
from sync.collector.api.signed import AccessDenied
from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.web.people.kept_pages import ask_to_sign_in
from sync.collector.web.people.signin_pages import sign_in_address
from sync.collector.web.shared.forms import FOREIGN_FORMS
from sync.collector.web.shared.rendering import render, words_of

_FOR_PROGRAMS = ("/v1/", "/v1", "/metrics", "/healthz", "/readyz", "/openapi.json", "/assets/")


def is_page(request: Request) -> bool:
    """Whether a person asks with a browser."""
    return not request.url.path.startswith(_FOR_PROGRAMS)


async def page_of(request: Request, error: Exception) -> Response:
    """The page that explains the error to a person, or a redirect to where they can go on."""
    match error:
        case SignInNeeded() if is_poll(request):
            # The page that stands open says so itself and keeps what it shows.
            return Response(status_code=204, headers={"HX-Trigger": "ended"})
        case SignInNeeded():
            if request.headers.get("hx-request") != "true":
                return await ask_to_sign_in(request)
            return _go(request, sign_in_address(request))
        case PasswordChangeNeeded():
            return _go(request, PASSWORD_PAGE)
        case AccessDenied():
            return _closed(request, error)
        case UsageWrong():
            t = words_of(request)
            words = t("There is nothing at this address, or it is not among the units that you may see.")
            return render(request, "closed.html", 404, title=t("Not found"), words=words)
        case ChangedMeanwhile():
            t = words_of(request)
            return render(request, "closed.html", 409, title=t("Somebody was quicker"), words=error.sentence(t))
    t = words_of(request)
    said = error.sentence(t) if isinstance(error, SpokenError) else str(error)
    return render(request, "closed.html", 400, title=t("This cannot be done"), words=said)


def _go(request: Request, address: str) -> Response:
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _closed(request: Request, error: AccessDenied) -> Response:
    services, reader = services_of(request), getattr(request.state, "reader", None)
    t = words_of(request)
    words = t("Your account does not have the right to this.")
    if request.url.path.startswith("/kiem-toan"):
        # Also where nobody is signed in, or there is no account yet.
        words = t("This page is for auditors' accounts alone.")
    elif str(error) in FOREIGN_FORMS:
        words = t("This form did not come from the page as it is now, so nothing was changed. Open the page again.")
    elif reader is not None and reader.role is None:
        # Whoever sits at the machine itself reads the numbers there; they lack an account, not the right place.
        words = t(
            "This is for people who signed in, and there is no account for them here. IT staff: collector user new."
        )
    elif services.config.reports.access != "accounts" or not request.cookies:
        words = t(
            "The numbers are shown on the collector's own machine only, there at {address}. IT staff can change this: "
            "[reports] access in collector.toml, or accounts: collector user new.",
            address=f"http://localhost:{services.config.listen_port}",
        )
    return render(request, "closed.html", 403, title=t("Not shown here"), words=words)
