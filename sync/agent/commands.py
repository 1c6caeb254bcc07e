"""Commands: what IT staff ask of this kiosk, done once each, and what came of it told until the collector knows.

What the agent can do itself it does; what is the screen's it lays into a file beside the journal, which the
app takes between two visits. A repeat of a command that is known is passed over.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import structlog

from kiosk.base.private_file import write_private
from sync.protocol.excerpt import without_persons
from sync.protocol.messages import COMMANDS_MAX, CommandDone, DeviceCommand

PICTURE = "picture"
COMMANDS_FILE = "commands.json"
ORDERS_FILE = "orders.json"
"""What the screen is to do: ``kiosk.office.orders`` reads it."""
UPGRADE_FILE = "upgrade-again"
"""Tells the upgrade, which is root's and not ours, to forget what it holds back."""
FOR_THE_SCREEN = frozenset({"restart", "touch_test", "cleaning_off", PICTURE})
KNOWN_MAX = 64

_log = structlog.get_logger("agent")


class Handled(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the file of done commands holds."""

    known: list[str] = []
    """Ids of commands that were done, the newest last."""
    untold: list[CommandDone] = []
    """What came of them, until the collector knows."""


class Order(msgspec.Struct, frozen=True):
    """One thing for the screen to do."""

    id: str
    kind: str


class Commands:
    """Takes commands from answers, and hands out what came of them."""

    def __init__(
        self, directory: Path, read_log: Callable[[], str], on_picture: Callable[[], None] = lambda: None
    ) -> None:
        """``on_picture`` hears that the screen is about to be asked for a picture."""
        self._file, self._orders = directory / COMMANDS_FILE, directory / ORDERS_FILE
        self._read_log, self._on_picture = read_log, on_picture

    def untold(self) -> list[CommandDone]:
        """What came of commands, as the next status is to tell it."""
        return self._load().untold[:COMMANDS_MAX]

    def take(self, commands: Sequence[DeviceCommand], told: Sequence[CommandDone]) -> bool:
        """Do what an answer asks for; ``told`` was in the status that it answers. Whether there is news to tell."""
        before = self._load()
        asked = {one.id for one in commands}
        # What is asked no more was heard: the collector settled it. What is still asked is told again.
        untold = [one for one in before.untold if one.id in asked or one not in told]
        new = [one for one in commands if one.id not in before.known]
        # A collector restored from a backup asks again for what was done long ago.
        lost = asked.intersection(before.known) - {one.id for one in untold}
        again = [CommandDone(one, "done before") for one in sorted(lost)]
        found = [*untold, *again, *(self._do(one) for one in new)]
        after = Handled([*before.known, *(one.id for one in new)][-KNOWN_MAX:], found)
        if after != before:
            self._keep(after)
        return bool(new or again)

    def _do(self, command: DeviceCommand) -> CommandDone:
        _log.info("command", kind=command.kind, id=command.id)
        if command.kind == "status":
            return CommandDone(command.id, "done")
        if command.kind == "log":
            return self._excerpt(command)
        if command.kind in FOR_THE_SCREEN:
            return self._hand_over(command)
        if command.kind == "upgrade":
            return self._leave_word(command)
        return CommandDone(command.id, "unknown")

    def _excerpt(self, command: DeviceCommand) -> CommandDone:
        try:
            return CommandDone(command.id, "done", without_persons(self._read_log()))
        except OSError as error:
            return CommandDone(command.id, f"the log cannot be read: {error.strerror or type(error).__name__}")

    def _hand_over(self, command: DeviceCommand) -> CommandDone:
        orders = [one for one in read_orders(self._orders) if one.kind != command.kind]
        if command.kind == PICTURE:
            self._on_picture()
        try:
            write_private(self._orders, msgspec.json.encode([*orders, Order(command.id, command.kind)]), durable=True)
        except OSError as error:
            return CommandDone(command.id, f"not handed over: {error.strerror or type(error).__name__}")
        return CommandDone(command.id, "handed to the screen")

    def _leave_word(self, command: DeviceCommand) -> CommandDone:
        try:
            write_private(self._file.with_name(UPGRADE_FILE), b"", durable=True)
        except OSError as error:
            return CommandDone(command.id, f"not handed over: {error.strerror or type(error).__name__}")
        return CommandDone(command.id, "handed to the upgrade")

    def _load(self) -> Handled:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Handled)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Handled()

    def _keep(self, handled: Handled) -> None:
        try:
            write_private(self._file, msgspec.json.encode(handled), durable=True)
        except OSError as error:
            # A full disk must not stop the delivery of what is on it; the command comes again.
            _log.warning("commands_not_kept", why=error.strerror)


def read_orders(path: Path) -> list[Order]:
    """The orders that lie there for the screen."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Order])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []
