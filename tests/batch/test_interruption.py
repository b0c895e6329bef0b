"""Ctrl-C, a parent that is killed, scripts without a guard, standard input: batches as people start them."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import btcore as bt
from batch.builders import comparable

TESTS = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked up in /proc")

BATCH = """
import sys
import btcore as bt
from batch.builders import slow
candles = bt.synthetic_candles(2_000)
grid = {"number": range(2, 42), "seconds": [0.05]}
bt.sweep(slow, candles, grid, name="slow", workers=2, store=sys.argv[1], progress="lines")
"""
UNGUARDED = """
import btcore as bt
print("the script is run")
def build(window):
    return bt.Strategy(bt.close > bt.rolling_max(bt.high, window).shift(1), max_bars=WIDTH * window)
WIDTH = 2
experiment = bt.sweep(build, bt.synthetic_candles(2_000), {"window": [5, 10, 20]}, workers=2, progress=False)
print(experiment)
"""


def environment(folder):
    """A temporary folder and a mark of our own, so that we find what is left behind."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        **os.environ, "TMPDIR": str(temporary), "BTCORE_TEST_MARK": str(folder),
        "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }  # fmt: skip


def marked(folder):
    """Processes that inherited our mark."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            known = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"BTCORE_TEST_MARK={folder}".encode() in known:
            found.append(int(process.name))
    return found


def started(folder, store):
    """The batch as a process, once some of it is finished."""
    process = subprocess.Popen(
        [sys.executable, "-c", BATCH, str(store)], env=environment(folder), start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and finished(store) < 4:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    return process


def finished(store):
    path = Path(store) / "slow.sqlite"
    if not path.exists():
        return 0
    try:
        return bt.Experiment.open(path).status.get("completed", 0)
    except bt.DataError:  # not written yet
        return 0


def wait_until_gone(folder, seconds):
    deadline = time.monotonic() + seconds
    while marked(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return marked(folder)


def resumed(store):
    from batch.builders import slow

    grid = {"number": range(2, 42), "seconds": [0.05]}
    ran = []
    experiment = bt.sweep(
        slow, bt.synthetic_candles(2_000), grid, name="slow", executor="serial", store=store,
        progress=lambda now: ran.extend(now.finished),
    )  # fmt: skip
    return experiment, ran


def undisturbed():
    from batch.builders import slow

    grid = {"number": range(2, 42), "seconds": [0.0]}
    return comparable(bt.sweep(slow, bt.synthetic_candles(2_000), grid, executor="threads", progress=False))


def test_ctrl_c_leaves_a_ledger_that_goes_on_and_nothing_else(tmp_path):
    shared_before = set(os.listdir("/dev/shm"))
    process = started(tmp_path, tmp_path / "runs")
    done = finished(tmp_path / "runs")
    os.killpg(process.pid, signal.SIGINT)
    begun = time.monotonic()
    _, said = process.communicate(timeout=10)
    assert time.monotonic() - begun < 3
    assert process.returncode != 0
    assert "BatchInterrupted" in said
    assert wait_until_gone(tmp_path, 1.0) == []
    assert set(os.listdir("/dev/shm")) <= shared_before
    assert list((tmp_path / "tmp").iterdir()) == []
    experiment, ran = resumed(tmp_path / "runs")
    assert experiment.status == {"completed": 40}
    assert 0 < len(ran) <= 40 - done
    assert comparable(experiment).drop("parameter_seconds").equals(undisturbed().drop("parameter_seconds"))


def test_workers_leave_when_their_parent_is_killed_and_the_ledger_is_whole(tmp_path):
    process = started(tmp_path, tmp_path / "runs")
    process.kill()
    process.communicate()
    assert wait_until_gone(tmp_path, 3.0) == []
    with sqlite3.connect(tmp_path / "runs" / "slow.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    experiment, _ = resumed(tmp_path / "runs")
    assert comparable(experiment).drop("parameter_seconds").equals(undisturbed().drop("parameter_seconds"))


@pytest.mark.parametrize("way", ["script", "standard input", "-c"])
def test_a_script_needs_no_guard(tmp_path, way):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    command = {"script": [str(script)], "standard input": ["-"], "-c": ["-c", UNGUARDED]}[way]
    given = UNGUARDED if way == "standard input" else None
    done = subprocess.run(
        [sys.executable, *command], input=given, capture_output=True, text=True, timeout=60, check=False,
        env=environment(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["the script is run", "Experiment('experiment': 3 completed)"]


def test_modules_in_the_working_folder_do_not_stand_before_others(tmp_path):
    """As where the command line is run in a clone: the sources there are not the btcore that is installed."""
    folder = tmp_path / "clone"
    (folder / "btcore").mkdir(parents=True)
    (folder / "btcore" / "__init__.py").touch()
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED + "import os; print('PYTHONSAFEPATH' in os.environ)\n")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env=environment(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = ["the script is run", "Experiment('experiment': 3 completed)", str("PYTHONSAFEPATH" in os.environ)]
    assert done.stdout.splitlines() == expected, done.stderr


def test_importing_changes_nothing_of_the_process(tmp_path):
    script = """
import multiprocessing, os, signal
before = dict(os.environ), [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
import btcore as bt
bt.run_batch, bt.sweep, bt.Experiment
from btcore.batch.executors.processes import Processes
assert before == (dict(os.environ), [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)])
assert multiprocessing.get_start_method(allow_none=True) is None
import multiprocess
assert multiprocess.get_start_method(allow_none=True) is None
"""
    subprocess.run([sys.executable, "-c", script], check=True, env=environment(tmp_path))
