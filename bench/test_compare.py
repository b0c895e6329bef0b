"""A regression is found where it is one, and not where the whole machine was slower."""

from __future__ import annotations

import json
import sys

import pytest

from bench import calibration, compare


def saved(path, seconds, slower=1.0, numpy="2.4.6", date="2026-01-01"):
    """A run of some benchmarks on a machine that is so many times slower."""
    benchmarks = [
        {
            "fullname": f"{path.parent}/bench_x.py::{name}",
            "stats": {"min": value * slower},
            "extra_info": {"calibration": 0.001 * slower},
            "options": {"timer": "perf_counter"},
        }
        for name, value in seconds.items()
    ]
    info = {"python_version": "3.11.7", "numpy": numpy, "candles": 100}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"machine_info": info, "benchmarks": benchmarks, "datetime": date}))
    return path


@pytest.fixture
def storage(tmp_path):
    saved(tmp_path / "store" / "1.json", {"a": 5.0, "b": 2.0}, date="2026-01-01")
    saved(tmp_path / "store" / "2.json", {"a": 1.0}, date="2026-01-02")
    return tmp_path / "store"


def outcome(monkeypatch, storage, *runs):
    monkeypatch.setattr(sys, "argv", ["compare", *map(str, runs), "--storage", str(storage)])
    return compare.main()


def test_a_slower_machine_is_no_regression(monkeypatch, storage, tmp_path, capsys):
    run = saved(tmp_path / "run.json", {"a": 1.1, "b": 2.0}, slower=3.0)
    assert outcome(monkeypatch, storage, run) == 0
    assert "| bench_x.py::a | 1.100 |  |" in capsys.readouterr().out


def test_a_regression_fails(monkeypatch, storage, tmp_path, capsys):
    run = saved(tmp_path / "run.json", {"a": 1.3, "b": 1.0})
    assert outcome(monkeypatch, storage, run) == 1
    assert "| bench_x.py::a | 1.300 | SLOWER |" in capsys.readouterr().out


def test_the_best_of_several_runs_counts(monkeypatch, storage, tmp_path):
    runs = [saved(tmp_path / f"{k}.json", {"a": value}) for k, value in enumerate((1.3, 1.2))]
    assert outcome(monkeypatch, storage, *runs) == 0


def test_other_versions_are_not_compared(monkeypatch, storage, tmp_path, capsys):
    run = saved(tmp_path / "run.json", {"a": 1.0}, numpy="1.26.4")
    assert outcome(monkeypatch, storage, run) == 2
    assert "no saved run" in capsys.readouterr().err


def test_calibration_takes_the_given_timer():
    times = iter(range(1000))
    assert calibration.seconds(lambda: float(next(times))) == 1.0
