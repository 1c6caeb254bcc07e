"""Where the shipped files are: ``assets`` and ``config``, in a checkout or in an installation."""

import sysconfig
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
_INSTALLED = Path(sysconfig.get_path("data")) / "share" / "hailong"


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, ``resource("config", "surveys")``; it need not exist."""
    root = _CHECKOUT if (_CHECKOUT / "assets").is_dir() else _INSTALLED
    return root.joinpath(*parts)


def own_survey(folder: Path, ref: str) -> Path:
    """Where a kiosk keeps a survey ``id@version`` that its office wrote."""
    return folder / "surveys" / f"{ref}.toml"
