"""The hand-made numba engine gives the trades of btcore, candle for candle and price for price."""

from __future__ import annotations

import numpy as np
import pytest

from bench.peers.workload import load, prepare

CANDLES = 200_000


@pytest.fixture(scope="module")
def workload(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workload")
    prepare(folder, CANDLES)
    return load(folder)


@pytest.mark.parametrize("way", ["ready", "end_to_end"])
def test_numba_engine_agrees(workload, way):
    numba_engine = pytest.importorskip("bench.peers.numba_engine", exc_type=ImportError)
    from bench.peers import btcore_engine

    ours, theirs = btcore_engine.Engine(workload), numba_engine.Engine(workload)
    expected = ours.trades(getattr(ours, way)())
    found = theirs.trades(getattr(theirs, way)())
    assert len(expected["entry_index"]) > 1_000
    for name, values in found.items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)
