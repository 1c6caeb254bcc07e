"""``collector log``: how the transparency log is, and what is done by hand where it was restored or lost.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, Yes, actor, ask, moment, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import CollectorConfig, load_config
from sync.collector.store.database import Database, faults_named

if TYPE_CHECKING:
    from sync.collector.transparency.keeper import Keeper
    from sync.collector.transparency.leaves.index import State
    from sync.collector.transparency.witnessing import Noted

ANSWERS = {
    "cosigned": "Witness {witness} cosigned {size} leaves on {at}.",
    "knows": "Witness {witness} said on {at} that it has cosigned {size} leaves, and was asked for nothing more.",
    "silent": "Witness {witness} did not answer on {at} ({detail}).",
    "refused": "Witness {witness} did not cosign on {at} ({detail}).",
    "strange": "Witness {witness} showed on {at} what this log did not sign ({detail}).",
}
"""What is said of a witness, by ``sync.collector.transparency.witnessing.Outcome``."""
NOTED = {
    "behind": "a newer checkpoint of this log is known than the one that lies here: put the log's folder back, or run: "
    "collector log rebuild",
    "forked": "somebody holds another story under this log's name. Ask anew with: collector log run",
    "unsure": "too few witnesses answered to know whether a newer checkpoint exists. Ask anew with: collector log run",
    "unwitnessed": "too few witnesses cosigned. Ask anew with: collector log run",
    **dict.fromkeys(
        ("damaged", "ahead", "altered", "elsewhere"),
        "what kept it from going on is not to be found here any more. Let it go on with: collector log run",
    ),
}
"""What is said of a fault that was noted, where the files that lie here do not say more."""
DOUBTFUL = "doubtful"
GOES_ON_SINCE = "It goes on, and since {at} names a day that cannot be right: see collector verify --all"

log_app = typer.Typer(
    help="The public log of every day's state: see it, go on, rebuild it, begin another, change its key.",
    epilog="Example: collector log status",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@log_app.command(epilog="Example: collector log status --json")
def status(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """How far the log is, what is published, and who witnesses it. Exit code 1: it stands still or lacks files."""
    settings = load_config(config, data_dir)
    database = open_ready(settings)
    found, answers = _state(database), _answers(database, settings)
    fault = Fault() if found is None else _fault(settings, database, found)
    database.close()
    if as_json:
        waiting = None if found is None else _waiting_key(settings, found)
        witnesses = {name: {"asked_at": one.asked_at, **one.answered._asdict()} for name, one in answers}
        more = {"next_vkey": waiting, "witnesses": witnesses, "fault_said": fault.why, "missing": fault.missing}
        said = None if found is None else found._asdict() | {"root": found.root.hex()} | more
        typer.echo(json.dumps(said, default=str, ensure_ascii=False))
    elif found is None:
        tell("There is no public log yet; the collector begins it when it runs, or: collector log run")
    else:
        _tell_status(settings, found, answers)
        _tell_fault(settings, fault)
    raise typer.Exit(0 if fault.goes_on else 1)


@log_app.command(epilog="Example: collector log run")
def run(config: ConfigFile = None, data_dir: DataDir = None, yes: Yes = False) -> None:
    """Do now what the collector does after midnight: log what grew until yesterday, sign it, ask witnesses."""
    database, keeper = _keeper(config, data_dir)
    if keeper.config.log_is_named_locally and _state(database) is None:
        tell(
            "The log will be called {name} for good, which is this machine's own address. Set public_url or log.name "
            "first where others are to know it.",
            name=keeper.config.log_name,
        )
        ask(yes=yes)
    with faults_named(database):
        why = keeper.run(at_once=True)
    _tell_state(database, keeper.config)
    if why is not None:
        tell(why.message, **why.values)


@log_app.command(epilog="Example: collector log rebuild")
def rebuild(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """After a restore: fetch from a mirror what this log had signed, and lay its index in the database out again."""
    from sync.collector.transparency.by_hand import rebuild_log

    database, keeper = _keeper(config, data_dir)
    with faults_named(database):
        done = rebuild_log(keeper, _own_key(database), actor())
    database.close()
    tell("{added} leaves were fetched; the log has {size}.", added=done.added, size=done.size)


@log_app.command(epilog="Example: collector log restart")
def restart(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    yes: Yes = False,
    although_whole: Annotated[
        bool, typer.Option("--although-whole", help="Also where nothing is lost; kiosks and auditors are told so.")
    ] = False,
) -> None:
    """Where the log is lost for good: begin another that says which it follows. Kiosks say restarted, not altered."""
    from sync.collector.transparency.by_hand import restart_log

    database, keeper = _keeper(config, data_dir)
    tell("Another log begins. The one before cannot be gone on with after that; its files stay.")
    ask(yes=yes)
    with faults_named(database):
        said = restart_log(keeper, _own_key(database), actor(), although_whole=although_whole)
    database.close()
    tell(
        "The log {old} ended with {size} leaves; {new} follows it.",
        old=said.old.name,
        size=said.last_size,
        new=said.new.name,
    )
    tell("Its key, for whoever witnesses it: {vkey}", vkey=said.new.vkey)


@log_app.command("new-key", epilog="Example: collector log new-key")
def new_key(config: ConfigFile = None, data_dir: DataDir = None, yes: Yes = False) -> None:
    """Give the log another key, signed by the present one; both sign for 30 days, so that witnesses can be told."""
    from sync.collector.transparency.by_hand import change_key
    from sync.collector.transparency.disk.keys import BOTH_SIGN

    database, keeper = _keeper(config, data_dir)
    tell("The log gets another key.")
    ask(yes=yes)
    with faults_named(database):
        vkey = change_key(keeper, actor())
    database.close()
    until = terminal_texts("collector").day(keeper.today + BOTH_SIGN - timedelta(days=1))
    tell("Its key, for whoever witnesses it: {vkey}", vkey=vkey)
    tell(
        "It signs from the next checkpoint on, and the old key beside it until {day}. By then each witness needs it: "
        "collector witness add-log '{vkey}'",
        day=until,
        vkey=vkey,
    )
    tell("Back up {folder} now: an older backup has the old key alone.", folder=keeper.folder.root)


class Fault(NamedTuple):
    """What keeps the log from going on, in the terminal's language."""

    code: str = ""
    why: str = ""
    since: datetime | None = None
    missing: Sequence[str] = ()
    """A sentence for each file that is not there."""

    @property
    def goes_on(self) -> bool:
        """Whether the log does not stand still, and nothing of it is missing."""
        return self.code in ("", DOUBTFUL) and not self.missing


def _fault(settings: CollectorConfig, database: Database, state: "State") -> Fault:
    """What the log's files say now, and what was noted when it was last to go on."""
    from sync.collector.proof.wrong import sentence_of
    from sync.collector.transparency.leaves.lacking import check_files
    from sync.collector.transparency.status import stopped_by

    t = terminal_texts("collector")
    with faults_named(database), database.reading() as connection:
        missing = [sentence_of(one, {}, t) for one in check_files(connection, settings)]
    with faults_named(database):
        stopped = stopped_by(settings, database, state, datetime.now(UTC))
    code = stopped.code if stopped is not None else state.fault or ""
    why = "" if not code else stopped.said(t) if stopped is not None else t(NOTED.get(code, code))
    return Fault(code, why, state.fault_at if code == state.fault else None, missing)


def _tell_status(settings: CollectorConfig, found: "State", answers: "Sequence[tuple[str, Noted]]") -> None:
    t, witnesses = terminal_texts("collector"), settings.log.witnesses
    tell("Log {origin}, key {vkey}", origin=found.origin, vkey=found.vkey)
    if waiting := _waiting_key(settings, found):
        tell("A new key waits, and signs from the next checkpoint on: {vkey}", vkey=waiting)
    tell("{size} leaves are signed, up to {day}; {published} are published", size=t.number(found.size),
         day=found.day or "-", published=t.number(found.published_size))  # fmt: skip
    tell("Cosigned by {n} of {of} witnesses; needed: {needed}", n=found.cosigned,
         of=len(witnesses), needed=settings.log.needed)  # fmt: skip
    for name, one in answers:
        tell(ANSWERS[one.answered.outcome], witness=name, at=moment(one.asked_at, settings.zone),
             size=one.answered.size, detail=one.answered.detail)  # fmt: skip
    if not witnesses:
        tell("No witness is set: that everybody is shown one and the same log is not proven.")
    _tell_of_first_leaf(settings, found)


def _tell_of_first_leaf(settings: CollectorConfig, found: "State") -> None:
    if settings.log.witnesses and not found.size:
        tell("Witnesses are asked as soon as there is a leaf.")


def _tell_fault(settings: CollectorConfig, fault: Fault) -> None:
    for sentence in fault.missing:
        typer.echo(sentence)
    since = "" if fault.since is None else moment(fault.since, settings.zone)
    if fault.code == DOUBTFUL and since:
        tell(GOES_ON_SINCE, at=since)
    elif fault.code == DOUBTFUL:
        typer.echo(fault.why)
    elif fault.code and since:
        tell("It stands still since {at}: {fault}", at=since, fault=fault.why)
    elif fault.code:
        tell("It stands still: {fault}", fault=fault.why)


def _keeper(config: ConfigFile, data_dir: DataDir) -> "tuple[Database, Keeper]":
    from sync.collector.transparency.keeper import Keeper

    settings = load_config(config, data_dir)
    if not settings.log.keep:
        raise UsageWrong("log.keep is false here: another collector keeps the log")
    database = open_ready(settings)
    return database, Keeper(settings, database, database.transact, lambda: datetime.now(UTC))


def _own_key(database: Database) -> Any:
    """By which the collector is known to its kiosks."""
    from sync.collector.fleet.devices.own import read_own_key

    with database.reading() as connection:
        return read_own_key(connection)


def _waiting_key(settings: CollectorConfig, state: "State") -> str | None:
    """The key that the log got since its last checkpoint."""
    from sync.collector.transparency.public import PublicLog

    told = PublicLog(settings.log_directory).keys()
    vkey = None if told is None else str(json.loads(told)["vkey"])
    return None if vkey == state.vkey else vkey


def _state(database: Database) -> "State | None":
    from sync.collector.transparency.leaves.index import read_state

    with faults_named(database), database.reading() as connection:
        return read_state(connection)


def _answers(database: Database, settings: CollectorConfig) -> "list[tuple[str, Noted]]":
    """What each witness of the settings answered last, by its name."""
    from sync.collector.transparency.witnessing import read_answers

    with faults_named(database), database.reading() as connection:
        found = read_answers(connection)
    return [(one.verifier.name, found[one.vkey]) for one in settings.log.witnesses if one.vkey in found]


def _tell_state(database: Database, settings: CollectorConfig) -> None:
    found = _state(database)
    database.close()
    if found is not None:
        tell(
            "{size} leaves are signed, up to {day}; {published} are published",
            size=found.size,
            day=found.day or "-",
            published=found.published_size,
        )
        _tell_of_first_leaf(settings, found)
