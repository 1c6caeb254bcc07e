"""Commands of the journal on this kiosk: its proof, its copies. No network.

The journal's database library is imported when a command runs: the citizen's screen does not wait for it.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.base.errors import SpokenError
from kiosk.commands.own_journal import settings_of_kiosk
from kiosk.commands.shared import AsJson, Config, DataDir, t
from kiosk.office.settings import load_kiosk_settings

if TYPE_CHECKING:
    from kiosk.journal.tree import HeldTree
    from kiosk.journal.upkeep.cuts import Checked

journal_commands = typer.Typer()


class ChainBroken(SpokenError):
    """The journal was altered: keep the file and tell IT staff."""


@journal_commands.command(
    help=t("Check that no entry was altered or removed, and that every block holds what its entries say.")
    + "\n\n"
    + t("Example: kiosk verify --json")
)
def verify(data_dir: DataDir = None, config: Config = None, as_json: AsJson = False) -> None:
    """Walk the whole chain, then the cuts and their tree. What does not hold of these alters no entry: no error."""
    from kiosk.journal.reader import JournalReader
    from kiosk.journal.upkeep.verify import known_heads
    from kiosk.journal.upkeep.whole import verify_whole

    settings = settings_of_kiosk(config, data_dir)
    with JournalReader(settings.journal_path) as reader:
        fault, cuts, tree = verify_whole(reader, known_heads(settings.journal_path, reader.id))
        entries = reader.head().next_seq - reader.anchor().next_seq
    if as_json:
        found = None if fault is None else {"seq": fault.seq, "wrong": fault.wrong}
        bad = [{"seq": one.seq, "wrong": one.wrong} for one in cuts.faults]
        told = {"journal": reader.id, "entries": entries, "fault": found, "cuts": cuts.n, "bad_cuts": bad,
                "tree": {"cuts": tree.size, "known": tree.is_known, "wrong_from": tree.wrong_from}}  # fmt: skip
        typer.echo(json.dumps(told))
        raise typer.Exit(0 if fault is None else 1)
    if fault is not None:
        raise ChainBroken(
            "entry {seq} was {wrong}: the journal is not what the kiosk wrote; keep the file and tell IT staff",
            seq=fault.seq,
            wrong=t(fault.wrong),
        )
    typer.echo(t("All {n} entries are as they were written.", n=t.number(entries)))
    _say_blocks(cuts, tree)


def _say_blocks(cuts: "Checked", tree: "HeldTree") -> None:
    from kiosk.doctor.journal import bad_cut_words, bad_tree_words

    for one in cuts.faults:
        typer.echo(bad_cut_words(one, t))
    if not cuts.faults:
        typer.echo(t("All {n} blocks hold what their entries say.", n=t.number(cuts.n)))
    if tree.wrong_from is not None:
        typer.echo(bad_tree_words(tree.wrong_from, t))
        return
    if not tree.is_known:
        typer.echo(t("What this kiosk signs of its blocks cannot be worked out any more: an older version deleted "
                     "entries of before."))  # fmt: skip
    elif tree.size:
        typer.echo(t("What this kiosk signs of its {n} blocks is what its entries say.", n=t.number(tree.size)))


@journal_commands.command(
    help=t("Copy the journal into a new file, while the kiosk runs, and verify the copy.")
    + "\n\n"
    + t("Example: kiosk backup /media/usb/journal-2026-11-21.db")
)
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("The new file"))],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """An online, verified copy."""
    from kiosk.journal.upkeep.backup import back_up

    settings = settings_of_kiosk(config, data_dir)
    entries = back_up(settings.journal_path, file)
    typer.echo(t("{n} entries are in {file}, each as it was written.", n=t.number(entries), file=file))


@journal_commands.command(
    help=t("Continue a backup in a new journal; nothing is rewound or counted twice. Stop the kiosk first.")
    + "\n\n"
    + t("Example: kiosk restore /media/usb/journal-2026-11-21.db")
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("A file made by: kiosk backup"))],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """A continuation, never a silent rewind."""
    from kiosk.journal.upkeep.backup import restore as restore_backup

    settings = load_kiosk_settings(config, data_dir)
    entries = restore_backup(settings.journal_path, file, SystemClock(settings.zone), SOFTWARE)
    typer.echo(t("{n} entries continue in a new journal; the old file is kept aside.", n=t.number(entries)))
