"""Carried log: what a file says of the public log to a kiosk without a network, held to what the kiosk keeps of it.

By the same rules as what is said over the wire. Keys are never taken from the file: whoever carries it could name his.
"""

from pathlib import Path
from typing import Any

import msgspec

from kiosk.domain.instant import Clock
from kiosk.journal.reader import JournalReader
from sync.agent.asked.offline import part_for
from sync.agent.device.enroll import KioskFiles, address_of, load_device
from sync.agent.run import one_agent
from sync.agent.transparency.watch import LogWatch
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import LogWrong
from sync.protocol.tlog.messages import LogAnswer, LogKept, read_carried
from sync.protocol.tlog.note import Note


def take_carried_log(directory: Path, journal_path: Path, file: Path, clock: Clock) -> None:
    """Hold what the acknowledgement in ``file`` says of the log to what is kept, and keep what holds; else note it.

    Raises AgentRunning, FileUnusable, DeviceUnusable, NotEnrolled or JournalError.
    """
    files = KioskFiles(directory)
    kiosk, log = part_for(files, file)
    device = load_device(files)
    with one_agent(files), JournalReader(journal_path) as journal:
        found = next((one for one in kiosk.journals if one.journal_id == journal.id), None)
        if log is None or found is None:
            return
        watch = LogWatch(files.log, clock, lambda: (device.collector_key, address_of(device, None)))
        try:
            answer = answer_in(log, found.leaf, watch.told(journal.id))
        except LogWrong as error:
            watch.refuse(str(error))
        else:
            watch.take(msgspec.to_builtins(answer), journal, found.cursor())


def answer_in(log: Any, leaf: Any, kept: LogKept) -> LogAnswer:
    """What the file says to a kiosk that keeps ``kept``: nothing where it keeps more, or too old a checkpoint.

    Raises NoteWrong.
    """
    carried, own = read_carried(log, leaf)
    said = Checkpoint.parse(Note.parse(carried.checkpoint).text)
    is_same = said.origin == kept.origin
    if is_same and said.size < kept.size:
        return LogAnswer()  # a file from before the one that was taken last
    grown = carried.consistency.get(str(kept.size), []) if is_same and kept.size < said.size else []
    if is_same and 0 < kept.size < said.size and not grown:
        return LogAnswer()
    return LogAnswer(carried.checkpoint, grown, own, carried.statements, carried.first)
