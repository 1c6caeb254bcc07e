"""What every command of ``kiosk`` shares: its words, and the options that mean the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.base.terminal.terminal import terminal_texts

t = terminal_texts("kiosk")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help=t("Folder of the data; the kiosk's files are then DIR/kiosk/…")),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help=t("Settings file; see the commented config/kiosk.toml"))
]
AsJson = Annotated[bool, typer.Option("--json", help=t("Print JSON for programs"))]
