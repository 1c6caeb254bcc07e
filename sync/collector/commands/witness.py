"""``collector witness``: watches another office's log and cosigns that it only grows.

It needs no database and none of the collector's settings but the data folder. The server is imported by the command
that runs it.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from kiosk.base.lifeline import hold_on
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, Quiet, moment, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config
from sync.collector.witness.kept import WitnessFiles
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import Verifier

HOST = "127.0.0.1"
PORT = 8610

witness_app = typer.Typer(
    help="Watch another office's log and cosign that it only grows.",
    epilog="Example: collector witness status",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@witness_app.command(epilog="Example: collector witness init --name kiem-toan.example.gov.vn/witness")
def init(
    name: Annotated[
        str, typer.Option(help="The witness's name: its address without https://, so that no two are called the same.")
    ],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    quiet: Quiet = False,
) -> None:
    """Make the witness's key, once, and print by which key others know it."""
    cosigner = _files(config, data_dir).make(name)
    if not quiet:
        tell("The witness's key, for the settings of the log that it watches:")
    typer.echo(cosigner.vkey)


@witness_app.command("add-log", epilog="Example: collector witness add-log 'gop-y.example.gov.vn/log+c34f12c8+ASVD…'")
def add_log(
    vkey: Annotated[str, typer.Argument(metavar="KEY", help="The log's key, as its office told it: name+number+key.")],
    origin: Annotated[
        str | None, typer.Option(help="The log's name, where its key has another one; default: the key's.")
    ] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Watch a log from now on, or add the key that it changed to; a running witness need not be started again."""
    try:
        log = Verifier.from_text(vkey)
    except NoteWrong as error:
        raise UsageWrong("this is not a log's key, which is name+number+key: {key}", key=vkey) from error
    files = _files(config, data_dir)
    files.cosigner()
    added = files.add_log(origin or log.name, log)
    tell(
        "The log {origin} is watched from now on." if added else "The log {origin} is watched already.",
        origin=origin or log.name,
    )


@witness_app.command(epilog="Example: collector witness status --json")
def status(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Which logs are watched, and what was last cosigned of each."""
    files = _files(config, data_dir)
    cosigner = files.cosigner()
    seen = [_seen(files, origin, cosigner.verifier) for origin in files.logs()]
    if as_json:
        typer.echo(json.dumps({"vkey": cosigner.vkey, "logs": seen}, ensure_ascii=False))
        return
    typer.echo(cosigner.vkey)
    zone = load_config(config, data_dir).zone
    for one in seen:
        if one["size"] is None:
            tell("{origin}: nothing was cosigned yet", origin=one["origin"])
        else:
            at = "-" if one["at"] is None else moment(datetime.fromisoformat(one["at"]), zone)
            tell("{origin}: {size} leaves, cosigned at {time}", origin=one["origin"], size=one["size"], time=at)


@witness_app.command(epilog="Example: collector witness serve --port 8610")
def serve(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    host: Annotated[str, typer.Option(help="Address to listen on; a reverse proxy with TLS stands before it.")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = PORT,
) -> None:
    """Cosign what watched logs hand in, until Ctrl-C."""
    from sync.collector.run.witness import run_witness

    hold_on()
    run_witness(_files(config, data_dir), host, port)


def _files(config: Path | None, data_dir: Path | None) -> WitnessFiles:
    return WitnessFiles(load_config(config, data_dir).data_dir / "witness")


def _seen(files: WitnessFiles, origin: str, own: Verifier) -> dict[str, Any]:
    note, checkpoint = files.note(origin), files.checkpoint(origin)
    if note is None or checkpoint is None:
        return {"origin": origin, "size": None, "at": None}
    times = [one.time for one in note.verified_by([own]) if one.time is not None]
    at = datetime.fromtimestamp(max(times), UTC).isoformat() if times else None
    return {"origin": origin, "size": checkpoint.size, "at": at}
