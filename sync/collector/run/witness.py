"""Witness server: two addresses, no accounts and no database."""

import time

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.collector.run.address import listen
from sync.collector.run.listening import make_server
from sync.collector.witness.asked import REQUEST_BYTES_MAX, Answer
from sync.collector.witness.kept import WitnessFiles
from sync.collector.witness.witness import Witness
from sync.log import start_log

_log = structlog.get_logger("witness")


def run_witness(files: WitnessFiles, host: str, port: int) -> None:
    """Serve until a signal; raises PlaceTaken where somebody else listens there, UsageWrong where there is no key."""
    witness = Witness(files, lambda: int(time.time()))
    listener = listen(host, port)
    start_log()
    _log.info("started", host=host, port=port, name=files.cosigner().name)
    make_server(witness_app(witness), lambda: None).run(sockets=[listener])


def witness_app(witness: Witness) -> Starlette:
    """The two calls of the protocol, at the root of the address."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > REQUEST_BYTES_MAX:
                return _response(Answer(413, "the request is too large\n"))
        answer = await run_in_threadpool(witness.add_checkpoint, bytes(body))
        _log.info("asked", status=answer.status, why="" if answer.status == 200 else answer.body.strip())
        return _response(answer)

    async def checkpoint(request: Request) -> Response:
        return _response(await run_in_threadpool(witness.checkpoint, request.path_params["place"]))

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{place}/checkpoint", checkpoint, methods=["GET"]),
        ]
    )


def _response(answer: Answer) -> Response:
    headers = {"Content-Type": answer.media_type, "X-Content-Type-Options": "nosniff"}
    return Response(answer.body.encode(), answer.status, headers)
