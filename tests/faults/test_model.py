"""A kiosk's whole life, step by step in any order, against a plain list: what was thanked for is what is there.

The steps: a press, a commit that fails (after it was done, before it was done, or for
good), a clock that steps, a program that dies, a start, pruning of what the collector
has, an older file put back, a card cloned, a journal's file lost.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pytest import MonkeyPatch
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from kiosk.journal.chain import Cursor
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.reader import JournalReader
from tests.builders import FrozenClock, make_rating
from tests.faults.conftest import LONG
from tests.faults.rig.libraries import MODES, use_mode
from tests.faults.rig.opening import open_journal
from tests.faults.rig.oracle import Oracle, presses_in, require
from tests.faults.rig.told import Press

ROOT_FILES = ("journal.db", "journal.db-wal", "journal.db-journal", "journal.head")
