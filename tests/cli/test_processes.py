"""The command as a process: streams, signals, pipes, terminals of all kinds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from cli.conftest import COMMAND

TREND = "examples/trend.py:trend"
SHORT = ["run", TREND, "--data", "synthetic:3000"]
BATCH = ["batch", "--strategies", TREND, "--data", "synthetic:3000", "--grid", "fast=5,10", "--workers", "2"]
SLOW = """
import time
def slow(n):
    time.sleep(0.02)
    return bt.Strategy(bt.close > 0, max_bars=n)
"""


@pytest.mark.smoke
def test_results_on_stdout_and_progress_on_stderr(process):
    ended = process("demo", "--candles", 20_000)
    assert ended.code == 0
    assert "Best net" in ended.out and "50 simulations, 1,000,000 candles" in ended.out
    assert ended.err.splitlines()[0] == "demo: 50 simulations on 1 worker"
    assert ended.err.splitlines()[-1].startswith("demo: 50 of 50, ")


@pytest.mark.smoke
def test_json_alone_on_stdout(process):
    ended = process(*SHORT, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["candles"]["count"] == 3000


@pytest.mark.skipif(sys.platform == "win32", reason="processes are interrupted in another way")
def test_ctrl_c(strategy_file):
    file = strategy_file("import sys, time\nprint('waiting', file=sys.stderr, flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [*COMMAND, "run", f"{file}:s", "--data", "synthetic:300"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stderr.readline() == b"waiting\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.split()) == (130, b"", [b"Interrupted."])


@pytest.mark.skipif(sys.platform == "win32", reason="processes are interrupted in another way")
def test_ctrl_c_in_the_demo():
    process = subprocess.Popen([*COMMAND, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert err.endswith(b"Interrupted.\n") and b"Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="processes are interrupted in another way")
def test_ctrl_c_in_a_batch_says_how_to_go_on(process, strategy_file):
    file = strategy_file(SLOW)
    arguments = [
        "batch", "--strategies", f"{file}:slow", "--data", "synthetic:500", "--grid", "n=2:161:1", "--workers", "2",
        "--experiment-name", "Slow one",
    ]  # fmt: skip
    show = ["batch", "--show", "runs/Slow-one.sqlite", "--json"]
    running = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # another process reads while the batch is written
        status = json.loads(process(*show).out or "{}").get("status", {})
        if status.keys() >= {"completed", "running", "pending"}:
            break
    else:
        running.kill()
        raise AssertionError(f"never seen at work: {running.communicate()}")
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    said = err.splitlines()[-1]
    assert said.startswith("Interrupted: ") and "of 160 simulations are finished" in said
    assert said.endswith("kept in runs/Slow-one.sqlite. The same command goes on from there.")
    assert "Traceback" not in err
    status = json.loads(process(*show).out)["status"]
    assert f"Interrupted: {status['completed']} of 160" in said and "running" not in status
    again = process(*arguments)
    assert again.code == 0
    assert f"160 simulations, 160 completed, {status['completed']} of them known from before" in again.out


@pytest.mark.skipif(sys.platform == "win32", reason="processes are interrupted in another way")
def test_ctrl_c_without_a_store(strategy_file):
    file = strategy_file(SLOW)
    running = subprocess.Popen(
        [*COMMAND, "batch", "--strategies", f"{file}:slow", "--data", "synthetic:500", "--grid", "n=2:161:1",
         "--store", "none", "--executor", "serial"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert err.splitlines()[-1].endswith("nothing is kept without --store.")


@pytest.mark.parametrize(
    "arguments", [SHORT, [*SHORT, "--json"], ["--help"], ["demo", "--candles", "3000"], BATCH, [*BATCH, "--json"]]
)
def test_a_reader_that_leaves_hears_nothing(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [*COMMAND, *arguments], check=False, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writer)
    assert "Broken" not in ended.stderr and "Error" not in ended.stderr and "Traceback" not in ended.stderr


def test_no_colours_and_no_control_codes_without_a_terminal(process):
    for arguments in (SHORT, BATCH, ["demo", "--candles", "3000"]):
        ended = process(*arguments)
        assert "\x1b" not in ended.out + ended.err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding(process, encoding):
    ended = process(*SHORT, "--symbol", "€Ω", PYTHONIOENCODING=encoding)
    assert ended.code == 0 and "3,000 candles" in ended.out


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_any_width(process, columns):
    for arguments in (SHORT, BATCH, ["demo", "--candles", "3000"]):
        ended = process(*arguments, COLUMNS=str(columns))
        assert ended.code == 0 and "Sharpe" in ended.out
    assert ["Win", "rate", "of", "the", "trades"] in [
        line.split()[:2] + line.split()[4:] for line in process(*SHORT, COLUMNS=str(columns)).out.splitlines()
    ]


def test_the_width_of_a_terminal_of_80_holds_every_table(process):
    ended = process("run", "examples/reversal.py:reversal", "--data", "synthetic:3000", COLUMNS="80")
    rows = [line for line in ended.out.splitlines() if line.startswith("2000-")]
    assert rows and all(len(line.split()) == 8 and len(line) <= 80 for line in rows)
