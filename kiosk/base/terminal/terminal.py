"""The terminal's edge: runs a command line so that its user meets sentences, never a traceback."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from kiosk.base.errors import SpokenError
from kiosk.base.settings.reading import SettingsInvalid
from kiosk.base.texts import Texts, terminal_language, texts
from kiosk.domain.visit.survey import SurveyInvalid

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells expect it."""
EXAMPLE = "Example: "
"""How the last line of a command's help begins."""
UNUSABLE = 2
"""The exit code when settings or arguments must be mended first."""


def terminal_texts(catalogue: str) -> Texts:
    """The words for whoever sits at this terminal."""
    return texts(catalogue, terminal_language())


def run_commands(commands: typer.Typer, t: Texts) -> None:
    """Run the command line and leave the process with its exit code."""
    with faults_said(t):
        command = typer.main.get_command(commands)
        say_help(command, t)
        command()


@contextmanager
def faults_said(t: Texts) -> Iterator[None]:
    """Say what was done wrong, in the language of ``t``, and leave the process with its exit code."""
    try:
        yield
    except SpokenError as error:
        _leave(error.exit_code, [error.said(t)])
    except (SettingsInvalid, SurveyInvalid) as error:
        _leave(UNUSABLE, (fault.said(t) for fault in error.faults))
    except BrokenPipeError:
        # Whoever read our output has seen enough (``| head``).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def say_help(command: Any, t: Texts) -> None:
    """Put the help of a command, and of those below it, into the language of ``t``.

    Its sentences are message ids; those that were said when they were written stay as they are.
    """
    command.help = command.help and t(command.help)
    command.short_help = command.short_help and t(command.short_help)
    if (command.epilog or "").startswith(EXAMPLE):
        command.epilog = t("Example: {command}", command=command.epilog.removeprefix(EXAMPLE))
    for parameter in command.params:
        if words := getattr(parameter, "help", None):
            parameter.help = t(words)
    for below in getattr(command, "commands", {}).values():
        say_help(below, t)


def _leave(code: int, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    sys.exit(code)
