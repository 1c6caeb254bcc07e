"""``collector verify``: recomputes from the stored lines whether anything was altered, added or left out.

What does the work is imported by the command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from kiosk.base.errors import SpokenError
from kiosk.base.terminal.terminal import UNUSABLE, terminal_texts
from kiosk.base.texts import Texts
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, open_ready
from sync.collector.errors import UsageWrong
from sync.collector.proof.marks import MarkFile
from sync.collector.proof.wrong import What, sentence_of
from sync.collector.settings.collector import CollectorConfig, load_config
from sync.collector.store.database import Database, faults_named

if TYPE_CHECKING:
    from sync.collector.proof.run import Outcome
    from sync.collector.proof.wrong import Finding
    from sync.collector.retention.lines.reread import Reread

    _Checked = tuple[Outcome, dict[str, str], list[Reread]]

_EVERY_S = 1.0
"""So often progress is told at most."""


JournalId = Annotated[str | None, typer.Option(help="Check this journal alone.", metavar="ID")]
UnitOfKiosks = Annotated[str | None, typer.Option(help="Check the kiosks of a unit.", metavar="CODE")]
Everything = Annotated[bool, typer.Option("--all", help="Check every kiosk, and what is shown.")]
Since = Annotated[
    Path | None,
    typer.Option(
        help="Go on from where journals held when they were last checked with this file, and keep it up to date; "
        "or a checkpoint of the public log that was kept elsewhere: the log must begin with it.",
        metavar="FILE",
    ),
]
Archives = Annotated[
    Path | None,
    typer.Option(help="Folder with the files in which dropped lines were written: those are read, too.", metavar="DIR"),
]
Workers = Annotated[int | None, typer.Option(help="Processes at work; default: one a core.", min=1)]


class ToCheck(NamedTuple):
    """What is to be checked."""

    journal: str | None
    unit: str | None
    every: bool
    since: Path | None
    workers: int | None
    archives: Path | None


def verify(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    journal: JournalId = None,
    unit: UnitOfKiosks = None,
    every: Everything = False,
    since: Since = None,
    workers: Workers = None,
    archives: Archives = None,
    as_json: AsJson = False,
) -> None:
    """Check that nothing was altered, added or left out: recomputes everything from the lines that kiosks sent.

    Chains, what kiosks signed, ratings, reasons, tallies, blocks, and what is shown. While the collector runs or not.
    Exit code 0: everything holds. 1: something does not; the first thing of each journal is named.
    2: it was not checked.
    """
    if sum((journal is not None, unit is not None, every)) != 1:
        raise UsageWrong("say what to check: --all, --unit CODE or --journal ID")
    if archives is not None and not archives.is_dir():
        raise UsageWrong("there is no folder {file}", file=archives)
    settings = load_config(config, data_dir)
    is_first = since is not None and not since.exists()
    with _nothing_checked():
        database = open_ready(settings)
        with faults_named(database):
            outcome, places, files = _check(settings, database, ToCheck(journal, unit, every, since, workers, archives))
    database.close()
    if is_first:
        _say("There was no file {file}: everything was checked from the beginning, and the file was made.", file=since)
    t = terminal_texts("collector")
    typer.echo(_as_json(outcome, places, files, t) if as_json else "\n".join(_sentences(outcome, places, files, t)))
    raise typer.Exit(0 if outcome.holds else 1)


def _check(settings: CollectorConfig, database: Database, asked: ToCheck) -> "_Checked":
    """Check what was asked, and keep in the file of marks how far each journal held; where the kiosks at fault stand.

    By kiosk, the code of its counter. And what came of the files with dropped lines, where everything is checked.
    """
    from sync.collector.proof.run import (
        Outcome,
        Settings,
        Task,
        check_kiosks,
        check_sums,
        kiosks_of,
        places_of,
        rule_of,
    )

    checkpoint = _checkpoint_in(asked.since)
    marks = None if asked.since is None or checkpoint else MarkFile(asked.since)
    with database.reading() as connection:
        wanted = kiosks_of(connection, asked.journal, asked.unit)
    tasks = [Task(kiosk, {} if marks is None else marks.of(kiosk), only) for kiosk, only in wanted]
    at_once = min(asked.workers or os.cpu_count() or 1, len(tasks) or 1)
    known = Settings(settings.database, settings.time_zone, settings.policy.block_min)
    outcome = Outcome()
    for one in check_kiosks(known, tasks, at_once, _progress()):
        outcome.add(one)
        if marks is not None:
            marks.keep(one.marks)
    if asked.every:
        outcome.months, wrong = check_sums(database, rule_of(known, database))
        outcome.findings += wrong
    outcome.findings += _of_the_log(settings, database, [] if asked.every else wanted, checkpoint)
    if marks is not None:
        marks.tidy()
    files = _files(database, asked)
    outcome.findings += [finding for one in files for finding in one.findings]
    with database.reading() as connection:
        return outcome, places_of(connection, {finding.device_id for finding in outcome.findings}), files


def _files(database: Database, asked: ToCheck) -> "list[Reread]":
    from sync.collector.retention.lines.reread import reread

    if not asked.every and asked.archives is None:
        return []
    with database.reading() as connection:
        return list(reread(connection, asked.archives))


def _of_the_log(
    settings: CollectorConfig, database: Database, wanted: Sequence[tuple[str, tuple[str, ...]]], checkpoint: str
) -> Iterator["Finding"]:
    """What does not hold against the public log: of these kiosks' journals, or of everything where none is named."""
    from sync.collector.transparency.check import check_kiosk, check_log, require_checkpoint
    from sync.collector.transparency.days import days_ahead, last_over
    from sync.collector.transparency.leaves.lacking import check_files
    from sync.collector.transparency.public import PublicLog

    log = PublicLog(settings.log_directory)
    with database.reading() as connection:
        lacking = check_files(connection, settings)
    yield from lacking
    if not settings.log.keep and log.newest() is None:
        _say("The public log is kept by another collector, and its files are not here: nothing was held to it.")
    if checkpoint and not any(one.code == What.LOG_GONE.code for one in lacking):
        yield from require_checkpoint(log, checkpoint)
    if not wanted:
        yield from check_log(database, log)
        yield from days_ahead(database, log, last_over(datetime.now(UTC), settings.zone))
    for kiosk, only in wanted:
        with database.reading() as connection:
            found = list(check_kiosk(connection, log, kiosk))
        yield from (one for one in found if not only or one.journal_id in only)


def _checkpoint_in(file: Path | None) -> str:
    """The note of a checkpoint in ``--since``, or nothing where that holds marks or is not there yet."""
    if file is None or not file.is_file():
        return ""
    try:
        text = file.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise UsageWrong("cannot read {file}: {why}", file=file, why=error) from error
    return text if "\n\n— " in text else ""


def _say(message: str, **values: object) -> None:
    """Tell a person something beside what came of it."""
    typer.echo(terminal_texts("collector")(message, **values), err=True)


@contextmanager
def _nothing_checked() -> Iterator[None]:
    """Whatever ends the check within says nothing of what is stored: the exit code is not that of a finding."""
    try:
        yield
    except SpokenError as error:
        error.exit_code = UNUSABLE
        raise


def _progress() -> Callable[[int, int, int], None]:
    """Tells how far it is, on the error stream, so that what comes of it stands alone on the other."""
    t, told_at = terminal_texts("collector"), [time.monotonic()]

    def show(done: int, of: int, entries: int) -> None:
        if done == of or time.monotonic() - told_at[0] >= _EVERY_S:
            told_at[0] = time.monotonic()
            words = t(
                "Kiosk {n} of {of}, {entries} entries", n=t.number(done), of=t.number(of), entries=t.number(entries)
            )
            typer.echo(words, err=True)

    return show


def _sentences(outcome: "Outcome", places: Mapping[str, str], files: "Sequence[Reread]", t: Texts) -> Iterator[str]:
    """What came of it, for a person."""
    for finding in outcome.findings:
        yield sentence_of(finding, places, t)
    if outcome.holds:
        yield t(
            "Everything holds: {journals} journals, {entries} entries.",
            journals=t.number(outcome.journals),
            entries=t.number(outcome.entries),
        )
    if chain_only := outcome.entries - outcome.signed:
        yield t(
            "For {n} of these entries the chain vouches alone: no signature was kept with them.", n=t.number(chain_only)
        )
    if outcome.dropped:
        yield t(
            "{n} earlier entries were dropped when their time was over, as two people decided, and cannot be "
            "recomputed any more: the chain goes on from them, and what they added to the sums is what it was then.",
            n=t.number(outcome.dropped),
        )
    for one in files:
        values = {"month": one.month, "part": one.part, "file": one.file, "n": t.number(one.lines)}
        if not one.is_read:
            yield t(
                "{month}, part {part}: {file} was not read, with {n} entries. --archives names its folder.", **values
            )
        elif not one.findings:
            yield t(
                "{month}, part {part}: {file} was read. Its {n} entries are those that were dropped, their chain "
                "holds, and for {signed} of them a signature vouches; ratings were not counted anew from it.",
                **values, signed=t.number(one.signed),
            )  # fmt: skip


def _as_json(outcome: "Outcome", places: Mapping[str, str], files: "Sequence[Reread]", t: Texts) -> str:
    counted = {
        name: getattr(outcome, name) for name in ("kiosks", "journals", "entries", "signed", "dropped", "months")
    }
    findings = [
        {"what": one.code, "whose": one.whose, "journal": one.journal_id, "device": one.device_id, **one.values,
         "sentence": sentence_of(one, places, t)}
        for one in outcome.findings
    ]  # fmt: skip
    archives = [
        {"month": one.month, "part": one.part, "file": one.file, "entries": one.lines, "read": one.is_read,
         "holds": one.is_read and not one.findings, "signed": one.signed}
        for one in files
    ]  # fmt: skip
    return json.dumps(
        {"holds": outcome.holds, **counted, "archives": archives, "findings": findings}, ensure_ascii=False
    )
