"""What travels to a worker is small: candles and large arrays stay behind, whatever holds them."""

from __future__ import annotations

import numpy as np
import pytest

import btcore as bt
from btcore.batch.parcels import Shelf, pack, unpack


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.clear()
    assert list(tmp_path.iterdir()) == []


def holding(candles, levels):
    """Functions that hold what is large: in a global that they name, in a closure, in a default."""
    namespace = {"candles": candles, "levels": levels, "__name__": "__main__"}
    exec("def named():\n    return candles.close[0] + levels[0]", namespace)

    def closed():
        return candles.close[0] + levels[0]

    def default(candles=candles, levels=levels):
        return candles.close[0] + levels[0]

    return [namespace["named"], closed, default]


@pytest.mark.parametrize("way", [0, 1, 2], ids=["global", "closure", "default"])
def test_candles_and_large_arrays_of_functions_stay_behind(shelf, way):
    candles, levels = bt.synthetic_candles(100_000), np.arange(200_000.0)
    function = holding(candles, levels)[way]
    parcel = pack(function, shelf)
    assert len(parcel) < 100_000
    assert unpack(parcel)() == function()
    assert len(list(shelf.folder.iterdir())) == 2


def test_small_arrays_and_arrays_of_objects_travel(shelf):
    arrays = [np.arange(5.0), np.array([None] * 200_000)]
    assert all((a == b).all() for a, b in zip(unpack(pack(arrays, shelf)), arrays, strict=True))
    assert shelf._folder is None


def test_modules_travel_by_name(shelf, monkeypatch):
    import threading

    monkeypatch.setattr(bt, "cannot_be_pickled", threading.Lock(), raising=False)
    namespace = {"bt": bt, "np": np, "__name__": "__main__"}
    exec("def above(bars):\n    return bt.Strategy(bt.close > np.float64(1), max_bars=bars)", namespace)
    parcel = pack(namespace["above"], shelf)
    assert len(parcel) < 2_000
    assert unpack(parcel)(3).max_bars == 3


def test_a_strategy_that_names_global_candles_runs_on_processes():
    candles = bt.synthetic_candles(50_000)
    namespace = {"bt": bt, "candles": candles, "__name__": "__main__"}
    exec("def above(bars):\n    return bt.Strategy(bt.close > candles.close[0], max_bars=bars)", namespace)
    options = {"grid": {"bars": [5, 9]}, "progress": False}
    tables = [
        bt.sweep(namespace["above"], candles, executor=executor, workers=1, **options).table().drop("seconds")
        for executor in ("serial", "processes")
    ]
    assert tables[0].equals(tables[1])
