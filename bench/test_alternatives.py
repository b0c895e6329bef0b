"""Every tool that is installed gives the signals and levels of the baseline, and its accuracy can be measured."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from bench.sizes import SMALL

pytest.importorskip("pandas")
from bench.alternatives import accuracy
from bench.alternatives.__main__ import TOOLS, baseline_signals, lines_of, measured, same_as
from bench.alternatives.common import exact_entries, exact_mean, true_range


@pytest.fixture(scope="module")
def baseline(prices):
    return baseline_signals(prices, SMALL)


@pytest.fixture(scope="module")
def known(prices):
    return accuracy.series(prices)


def module_of(tool):
    return pytest.importorskip(f"bench.alternatives.{tool}", exc_type=ImportError)


@pytest.mark.parametrize("tool", TOOLS.values())
def test_signals_are_those_of_the_baseline(tool, prices, baseline):
    found = module_of(tool).signals(prices)._asdict()
    assert len(baseline["signals"]) > 20
    assert same_as(baseline["signals"], found, SMALL, prices)
    assert np.array_equal(found["entries"], exact_entries(prices))
    found["stop"] = found["stop"] + prices.tick
    assert not same_as(baseline["signals"], found, SMALL, prices)


@pytest.mark.parametrize("tool", TOOLS.values())
def test_accuracy(tool, known):
    rows = accuracy.rows(tool, module_of(tool), known)
    assert {row["series"] for row in rows} == {"prices", "offset", "spikes"}
    assert all(row["nan"] == 0.0 for row in rows)
    assert max(row["error"] for row in rows if row["series"] == "prices") < 1e-9


def test_exact_values():
    x = np.array([0.1, 0.2, 0.4, 0.9])
    assert exact_mean(x, 2).tolist()[1:] == pytest.approx([0.15, 0.3, 0.65], rel=1e-18)
    assert np.isnan(exact_mean(x, 2)[0])


def test_true_range(prices):
    ranges = true_range(
        prices._replace(high=np.array([5.0, 9.0]), low=np.array([4.0, 8.0]), close=np.array([4.5, 8.5]))
    )
    assert ranges.tolist() == [1.0, 4.5]


def test_lines_of_code():
    assert lines_of("with_bottleneck") == 5


def test_a_worker(folder):
    figures, found = measured("with_btcore", folder, 2)
    assert figures["runs"] == 2
    assert found["entries"].dtype == bool


def test_all_tools_are_listed():
    from pathlib import Path

    files = {
        path.stem for path in Path(importlib.import_module("bench.alternatives").__file__).parent.glob("with_*.py")
    }
    assert files == set(TOOLS.values())
