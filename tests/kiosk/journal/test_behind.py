import os
import threading

from kiosk.journal.upkeep.behind import BEHIND, start_behind


def test_upkeep_stands_behind_the_threads_of_screen_and_recorder():
    before, told = os.getpriority(os.PRIO_PROCESS, 0), []

    start_behind(lambda: told.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())), "check").join()

    assert told == [min(19, before + BEHIND)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
