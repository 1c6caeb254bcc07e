"""``collector notices``: what people were told, and whether the roads are open.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import select

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, in_transaction, note_down, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config
from sync.collector.settings.notices import is_mail_address

notices_app = typer.Typer(help="What people are told by mail and webhook.", no_args_is_help=True)

LINES_MAX = 50


@notices_app.command("list", epilog="Example: collector notices list --trouble")
def notices_list(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    trouble: Annotated[bool, typer.Option("--trouble", help="Only what could not be delivered.")] = False,
    as_json: AsJson = False,
) -> None:
    """The newest deliveries: to whom, of what, and what became of each."""
    settings = load_config(config, data_dir)
    rows = in_transaction(open_ready(settings), lambda connection: _read(connection, trouble_only=trouble))
    if as_json:
        names = ("notice_id", "kind", "subject", "channel", "address", "state", "tries", "trouble")
        found = [
            {name: getattr(row, name) for name in names} | {"created_at": row.created_at.isoformat()} for row in rows
        ]
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in rows:
        at = row.created_at.astimezone(settings.zone).strftime("%d/%m/%Y %H:%M")
        line = [str(row.notice_id), at, row.kind, row.channel, row.address, row.state, row.subject, row.trouble or ""]
        typer.echo("\t".join(line).rstrip())


@notices_app.command("test", epilog="Example: collector notices test --to huong.nt@example.gov.vn")
def notices_test(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    to: Annotated[list[str] | None, typer.Option(help="Mail address to try; may be repeated.")] = None,
    webhook: Annotated[bool, typer.Option("--webhook", help="Try the webhook too.")] = False,
) -> None:
    """Deliver a test notice at once and say what came of it; nothing of it is put into the outbox."""
    from sync.collector.chores.every import roads_of
    from sync.collector.notices.letter import Letter, Sheet
    from sync.collector.notices.outbox import AT_THE_WEBHOOK, MAIL, WEBHOOK, Kind

    settings, now, t = load_config(config, data_dir), datetime.now(UTC), terminal_texts("collector")
    places = [(MAIL, address) for address in to or ()] + ([(WEBHOOK, AT_THE_WEBHOOK)] if webhook else [])
    if not places:
        raise UsageWrong("say what to try: --to name@example.gov.vn, or --webhook")
    database, roads = open_ready(settings), roads_of(settings)
    sheet = Sheet(0, Kind.TEST, now, t("A test"), t("Whoever reads this will be told by this road."), {})
    for channel, address in places:
        if channel not in roads:
            raise UsageWrong("there is no {channel} in the settings; see [notices] in collector.toml", channel=channel)
        if channel == MAIL and not is_mail_address(address):
            raise UsageWrong("{email!r} is no mail address", email=address)
        roads[channel].deliver(Letter(address, (sheet,)))
        tell("Delivered: {channel} {address}", channel=channel, address=address)
    details = {"channels": sorted({channel for channel, _ in places}), "n": len(places)}
    note_down(database, "notices test", "-", details)


def _read(connection: Any, *, trouble_only: bool) -> list[Any]:
    from sync.collector.store.schema import delivery, notice

    columns = (notice.c.created_at, notice.c.kind, notice.c.subject)
    wanted = select(delivery, *columns).join(notice).order_by(notice.c.notice_id.desc(), delivery.c.address)
    if trouble_only:
        wanted = wanted.where(delivery.c.trouble.is_not(None))
    return list(connection.execute(wanted.limit(LINES_MAX)))
