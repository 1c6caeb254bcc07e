"""Place: the journal must lie on a real local disk, or a reboot or a second machine undoes what was thanked for."""

from pathlib import Path

from kiosk.journal.errors import JournalUnusable

UNFIT = {
    "tmpfs": "is memory: everything is gone after a restart",
    "ramfs": "is memory: everything is gone after a restart",
    "overlay": "is a layer over another disk: it may be gone after a restart",
    "nfs": "is on the network: locks and syncs cannot be trusted",
    "nfs4": "is on the network: locks and syncs cannot be trusted",
    "cifs": "is on the network: locks and syncs cannot be trusted",
    "smb3": "is on the network: locks and syncs cannot be trusted",
    "9p": "belongs to another machine: locks and syncs cannot be trusted",
    "vfat": "is FAT: it loses files when the power goes",
    "exfat": "is FAT: it loses files when the power goes",
    "msdos": "is FAT: it loses files when the power goes",
}
"""File systems that cannot keep the promise, and why, as message ids."""
_MOUNTS = Path("/proc/self/mountinfo")


def filesystem_of(path: Path, mounts: Path = _MOUNTS) -> str:
    """The kind of file system that ``path`` is on or would be on; empty where the system does not tell."""
    try:
        lines = mounts.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = path.absolute().resolve()
    best, kind = -1, ""
    for line in lines:
        # …: (5) mount point, then a hyphen, then the kind; proc(5)
        fields, _, rest = line.partition(" - ")
        point = Path(_unescaped(fields.split(" ")[4]))
        # The last mount on the longest point is the one in sight.
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), rest.split(" ")[0]
    return kind


def require_fit_place(path: Path) -> None:
    """Do nothing if the disk below ``path`` can keep a journal.

    Raises JournalUnusable, naming the reason and the remedy.
    """
    kind = filesystem_of(path)
    if kind in UNFIT:
        raise JournalUnusable(
            "the folder {folder} cannot keep ratings safely: {kind} {why}; choose a folder on a local disk with "
            "--data-dir",
            folder=path.parent,
            kind=kind,
            why=UNFIT[kind],
        )


def _unescaped(point: str) -> str:
    return point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
