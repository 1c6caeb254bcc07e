"""Errors: the page that a person gets instead of the one asked for; programs get problems instead."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kiosk.base.errors import SpokenError
from sync.collector.api.depends import services_of
from sync.collector.api.gate import PASSWORD_PAGE, PasswordChangeNeeded, SignInNeeded
from sync.collector.api.signed import AccessDenied
from sync.collector.errors import UsageWrong
from sync.collector.web.people.signin_pages import sign_in_address
from sync.collector.web.shared.rendering import render, words_of

_FOR_PROGRAMS = ("/v1/", "/v1", "/metrics", "/healthz", "/readyz", "/openapi.json", "/assets/")


def is_page(request: Request) -> bool:
    """Whether a person asks with a browser."""
    return not request.url.path.startswith(_FOR_PROGRAMS)


def page_of(request: Request, error: Exception) -> Response:
    """The page that explains the error to a person, or a redirect to where they can go on."""
    match error:
        case SignInNeeded():
            return _go(request, sign_in_address(request))
        case PasswordChangeNeeded():
            return _go(request, PASSWORD_PAGE)
        case AccessDenied():
            return _closed(request)
        case UsageWrong():
            t = words_of(request)
            words = t("There is nothing at this address, or it is not among the units that you may see.")
            return render(request, "closed.html", 404, title=t("Not found"), words=words)
    t = words_of(request)
    said = error.said(t) if isinstance(error, SpokenError) else str(error)
    return render(request, "closed.html", 400, title=t("This cannot be done"), words=said)


def _go(request: Request, address: str) -> Response:
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _closed(request: Request) -> Response:
    services = services_of(request)
    t = words_of(request)
    words = t("Your account does not have the right to this.")
    if request.url.path.startswith("/kiem-toan"):
        # Also where nobody is signed in, or there is no account yet.
        words = t("This page is for auditors' accounts alone.")
    elif services.config.reports.access != "accounts" or not request.cookies:
        words = t(
            "The numbers are shown on the collector's own machine only. IT staff can change this: "
            "[reports] access in collector.toml, or accounts: collector user new."
        )
    return render(request, "closed.html", 403, title=t("Not shown here"), words=words)
