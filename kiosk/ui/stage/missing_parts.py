"""Missing parts: what is missing or broken and can be done without; the log and the staff hear of each once."""

import logging
from pathlib import Path
from typing import Any

from kiosk.ui.parts.parts import picture
from kiosk.ui.wiring.wiring import Wiring

_log = logging.getLogger(__name__)

SILENT = "Sounds cannot be played."


class MissingParts(list[str]):
    """What the staff should see to, as message ids."""

    def note(self, part: str) -> None:
        """Tell log and staff of a missing part, once; the citizens notice nothing."""
        if part not in self:
            _log.warning(part)
            self.append(part)

    def look_at_fonts(self, wiring: Wiring) -> None:
        """Note where another font stands in."""
        if any(language.fonts.spare for language in wiring.languages):
            self.note("A font file is missing or broken; another font stands in for it.")

    def read_logo(self, file: Path | None) -> Any:
        """The office's logo; None where there is none, or none that can be read."""
        logo = None if file is None else _readable(str(file))
        if file is not None and logo is None:
            self.note("The office's logo cannot be read.")
        return logo


def _readable(path: str) -> Any:
    """The picture of a file; None, whatever Kivy's reader does with one that is no picture."""
    try:
        return picture(path)
    except Exception:  # noqa: BLE001 - it raises many kinds: the citizens see our mark instead
        return None
