"""An alarm of a test's own, in a process whose SIGALRM and timer others have, too."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from cloudless.runtime import alarm as alarms
from cloudless.runtime.alarm import Alarm


@contextmanager
def own_alarm() -> Generator[Alarm]:
    """An alarm in a process whose SIGALRM nobody had before; afterwards who had it has it again."""
    left_s, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    before = signal.signal(signal.SIGALRM, signal.SIG_DFL)
    alarm = Alarm()
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(alarms, "_timer", alarms._Timer())
            yield alarm
    finally:
        alarm.close()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left_s)
