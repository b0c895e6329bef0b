"""The comparison of a sample of a batch runs, and notices a difference."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import btcore as bt
from bench import sample
from bench.batches import cross


def test_a_sample_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "sample.json"
    given = ["sample", "--candles", "3000", "--simulations", "4", "--count", "2", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", given)
    sample.main()
    rows = json.loads(out.read_text())["rows"]
    assert len(rows) == 2 and all(row["trades"] > 0 for row in rows)


@pytest.mark.parametrize("name", ["net", "trades"])
def test_a_difference_is_noticed(name: str) -> None:
    candles = bt.synthetic_candles(3_000, seed=0)
    simulation: Any = bt.sweep(
        cross, candles, [{"fast": 5, "slow": 60}], executor="serial", progress=False
    ).simulations[0]
    simulation.result.stats[name] += 1
    with pytest.raises(AssertionError, match=name):
        sample.checked(simulation, candles)
