"""``collector words-key``: the keys for which kiosks seal what citizens write.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
from datetime import UTC, datetime

import typer

from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.settings.collector import load_config

words_key_app = typer.Typer(
    help="The keys for which kiosks seal what citizens write.",
    epilog="Example: collector words-key list",
    no_args_is_help=True,
)


@words_key_app.command("new", epilog="Example: collector words-key new --config /etc/hailong/collector.toml")
def words_key_new(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Make another key: kiosks seal for it from their next contact on. Older keys stay for what is on its way."""
    from sync.collector.care.comments.opening import KeyFile, renew_key

    settings = load_config(config, data_dir)
    file, now = KeyFile(settings.words_key_file), datetime.now(UTC)
    database = open_ready(settings)
    key_id = in_transaction(database, lambda connection: renew_key(connection, file, now, actor()))
    tell(
        "Made the key {key}. Keep a copy of {file} in a safe, apart from backups of the database: whoever loses it "
        "loses the words that were sealed for it, and no rating.",
        key=key_id,
        file=file.path,
    )


@words_key_app.command("list", epilog="Example: collector words-key list --json")
def words_key_list(as_json: AsJson = False, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Show every key, whether it is in the file, and how many texts wait for it."""
    from sync.collector.care.comments.opening import KeyFile, read_keys

    settings = load_config(config, data_dir)
    here = KeyFile(settings.words_key_file).read()
    database = open_ready(settings)
    with database.reading() as connection:
        keys = read_keys(connection)
    database.close()
    if as_json:
        typer.echo(json.dumps([
            {"key": key.key_id, "made_at": key.made_at.isoformat(), "here": key.key_id in here, "closed": key.closed,
             "now": nth == 0}
            for nth, key in enumerate(keys)
        ]))  # fmt: skip
        return
    if not keys and settings.embedded:
        tell("There is no key yet: the collector makes it by itself at its next start.")
    elif not keys:
        tell("There is no key: words come as they were written. Make one with collector words-key new.")
    for nth, key in enumerate(keys):
        made = f"{key.made_at.astimezone(settings.zone):%d/%m/%Y %H:%M}"
        if key.key_id in here:
            tell(
                "{key}  made {time}, in the file; {n} texts wait to be opened", key=key.key_id, time=made, n=key.closed
            )
        else:
            tell("{key}  made {time}, NOT in {file}; {n} texts cannot be opened without it", key=key.key_id, time=made,
                 file=settings.words_key_file, n=key.closed)  # fmt: skip
        if nth == 0:
            tell("  for this key kiosks seal now")
