"""The collector's help is said in the reader's language, every line of it, as the kiosk's is."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from babel.messages.pofile import read_po

from kiosk.base.resources import resource
from kiosk.base.terminal.terminal import EXAMPLE, say_help
from kiosk.base.texts import texts
from sync.collector.commands.main import app


def commands(command: Any, path: str = "collector") -> Iterator[tuple[str, Any]]:
    """A command and all below it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{path} {name}")


def words_of(command: Any) -> list[str]:
    """Every sentence of one command's help but click's own."""
    said = [command.help, command.short_help, *(getattr(each, "help", None) for each in command.params)]
    return [words for words in said if words and words != "Show this message and exit."]


@pytest.fixture
def known() -> set[str]:
    with resource("assets", "locale", "vi", "LC_MESSAGES", "collector.po").open("rb") as file:
        return {str(message.id) for message in read_po(file) if message.string}


def test_every_line_of_help_has_vietnamese_words(known: set[str]) -> None:
    missing = {
        (path, words)
        for path, command in commands(typer.main.get_command(app))
        for words in words_of(command)
        if words not in known
    }

    assert missing == set()


def test_every_command_has_an_example() -> None:
    for path, command in commands(typer.main.get_command(app)):
        if not hasattr(command, "commands"):
            assert command.epilog.startswith(EXAMPLE + path), path


def test_help_is_said_in_vietnamese() -> None:
    command = typer.main.get_command(app)

    say_help(command, texts("collector", "vi"))

    told = dict(commands(command))
    assert told["collector device"].help == "Máy đánh giá."
    assert told["collector migrate"].epilog == "Ví dụ: collector migrate --config /etc/hailong/collector.toml"
    assert any(each.help == "Thư mục của cơ sở dữ liệu đi kèm: DIR/collector/collector.db."
               for each in told["collector serve"].params)  # fmt: skip
