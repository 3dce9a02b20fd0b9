from pathlib import Path

import pytest

from standalone.errors import AlreadyRunning
from standalone.lock import RunLock
from tests.standalone.support import finish, first_line, start_python

HOLDS_THE_LOCK = """
import sys, time
from pathlib import Path
from standalone.lock import RunLock
with RunLock(Path(sys.argv[1])) as lock:
    lock.publish({"local_service": "http://127.0.0.1:8101"})
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_starter_is_told_where_the_first_is(tmp_path: Path) -> None:
    holder = start_python(HOLDS_THE_LOCK, str(tmp_path))
    assert first_line(holder) == "held"
    with pytest.raises(AlreadyRunning) as refused, RunLock(tmp_path):
        pass
    finish(holder)
    assert str(refused.value) == (
        f"Already running in {tmp_path}: process {holder.pid} (local_service http://127.0.0.1:8101)."
    )


def test_a_killed_holder_gives_the_lock_back_and_is_noticed(tmp_path: Path) -> None:
    holder = start_python(HOLDS_THE_LOCK, str(tmp_path))
    assert first_line(holder) == "held"
    finish(holder)
    with RunLock(tmp_path) as lock:
        assert lock.last_run_was_killed


def test_an_orderly_end_leaves_nothing_to_notice(tmp_path: Path) -> None:
    with RunLock(tmp_path):
        pass
    with RunLock(tmp_path) as lock:
        assert not lock.last_run_was_killed
