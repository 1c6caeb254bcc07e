"""Settings of tracing."""

import re
from pathlib import Path
from typing import Annotated

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import Unfit, between, private_address, secret

_FIELD = re.compile(r"([0-9A-Za-z-]+): *([!-~]+(?: [!-~]+)*)", re.ASCII)


def header_lines(text: str) -> str:
    """The rule of header fields, one a line, or of none."""
    if not all(_FIELD.fullmatch(line) for line in text.splitlines()):
        raise Unfit("must be lines such as Authorization: Bearer …")
    return text


class Tracing(Section, frozen=True):
    """Where traces go, and how many."""

    endpoint: Annotated[str, private_address] = ""
    sample_ratio: Annotated[float, between(0, 1)] = 0.05
    headers: Annotated[str, secret, header_lines] = ""
    headers_file: Path | None = None

    @property
    def fields(self) -> dict[str, str]:
        """The headers by name."""
        parts = (line.partition(":") for line in self.headers.splitlines())
        return {name: value.strip() for name, _, value in parts}
