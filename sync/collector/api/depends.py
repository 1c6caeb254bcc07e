"""Depends: what a route asks of its request: the services of this process, and a reader with a right.

This is the only module that reaches into the state of the application.
"""

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends
from starlette.requests import Request

from sync.collector.api.gate import entitled_of, reader_of, who_asks
from sync.collector.people.rights import Reader, Right
from sync.collector.services.readiness import Readiness
from sync.collector.services.services import Services


class Gauges(Protocol):
    """Gauges that are read from the database when somebody asks for the metrics."""

    def read(self) -> None:
        """Set each gauge to its present value."""


def services_of(request: Request) -> Services:
    """The services of the application that a request came to."""
    services: Services = request.app.state.services
    return services


# FastAPI runs a plain function on a thread of its pool; these are coroutines, so that a look-up costs no thread.


async def _services(request: Request) -> Services:
    return services_of(request)


async def _readiness(request: Request) -> Readiness:
    readiness: Readiness = request.app.state.readiness
    return readiness


async def _gauges(request: Request) -> Gauges:
    gauges: Gauges = request.app.state.gauges
    return gauges


TheServices = Annotated[Services, Depends(_services)]
Ready = Annotated[Readiness, Depends(_readiness)]
Gauged = Annotated[Gauges, Depends(_gauges)]


@dataclass(frozen=True, slots=True)
class HasRight:
    """Lets a request through when its reader has the right; two of the same right are asked once a request.

    Raises SignInNeeded, PasswordChangeNeeded or AccessDenied.
    """

    right: Right

    async def __call__(self, request: Request, services: TheServices) -> Reader:
        """The reader."""
        return await reader_of(request, services, self.right)


@dataclass(frozen=True, slots=True)
class Entitled:
    """As HasRight, and whoever holds a token that reads the same: for doors that read for programs, and for no other.

    A page or a form asks for HasRight, so no token opens it, whatever it reads.
    """

    right: Right

    async def __call__(self, request: Request, services: TheServices) -> Reader:
        """The reader."""
        return await entitled_of(request, services, self.right)


async def _anyone(request: Request, services: TheServices) -> Reader:
    return await who_asks(request, services)


Anyone = Annotated[Reader, Depends(_anyone)]
"""Whoever asks, whatever they may do, also with a one-time password."""
MayRead = Annotated[Reader, Depends(HasRight(Right.READ))]
MayExport = Annotated[Reader, Depends(HasRight(Right.EXPORT))]
MayTake = Annotated[Reader, Depends(Entitled(Right.EXPORT))]
"""Numbers for programs."""
MayCountComments = Annotated[Reader, Depends(Entitled(Right.DECIDE))]
MayWatch = Annotated[Reader, Depends(Entitled(Right.FLEET))]
"""Kiosks for programs."""
MayFollow = Annotated[Reader, Depends(HasRight(Right.FOLLOW))]
MayDecide = Annotated[Reader, Depends(HasRight(Right.DECIDE))]
MayKeepAccounts = Annotated[Reader, Depends(HasRight(Right.ACCOUNTS))]
MayKeepKiosks = Annotated[Reader, Depends(HasRight(Right.FLEET))]
MaySet = Annotated[Reader, Depends(HasRight(Right.SETTINGS))]
MayHandIn = Annotated[Reader, Depends(HasRight(Right.COUNTS))]
MayTypeServed = Annotated[Reader, Depends(HasRight(Right.SERVED))]
MayAudit = Annotated[Reader, Depends(HasRight(Right.AUDIT))]
