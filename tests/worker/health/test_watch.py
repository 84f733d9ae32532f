"""A job that never ends takes its process with it; what ended is counted."""

import subprocess
import sys

from worker.health.watch import STUCK, Watch

HANGS = """
import threading
from worker.health.watch import Watch
watch = Watch(0.2)
watch.start()
with watch.over("matte", 0.1):
    threading.Event().wait(60)
"""


def test_a_process_whose_job_hangs_ends_itself_as_a_fault() -> None:
    ended = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=50, check=False)
    assert ended.returncode == STUCK
    assert "the job matte hangs" in ended.stderr


def test_a_job_within_its_time_out_and_no_job_are_left_alone() -> None:
    left: list[int] = []
    watch = Watch(0, leave=left.append)
    with watch.over("matte", 60):
        assert watch.stuck == ""
        assert not watch.look()
    with watch.over("matte", -1):
        assert watch.stuck == "matte"
        assert watch.look()
    assert watch.stuck == ""
    assert not watch.look()
    assert left == [STUCK]


def test_jobs_are_counted_by_how_they_ended_and_timed() -> None:
    watch = Watch(0)
    for worked in (True, False, False):
        with watch.over("scene", 60) as ended:
            ended(worked)
    lines = watch.exposition().decode().splitlines()
    assert 'cutout_jobs_total{job="scene",outcome="failed"} 2.0' in lines
    assert 'cutout_jobs_total{job="scene",outcome="done"} 1.0' in lines
    assert 'cutout_job_seconds_count{job="scene"} 3.0' in lines
