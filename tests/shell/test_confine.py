"""What the daemon hides from its children."""

from __future__ import annotations

import subprocess
import sys

HIDDEN = """
import ctypes
from mailbot.shell.confine import hide_from_children
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
hide_from_children()
print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def test_a_daemon_that_hides_cannot_be_looked_into_by_others_of_its_user() -> None:
    ran = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["1", "0"]  # PR_GET_DUMPABLE
