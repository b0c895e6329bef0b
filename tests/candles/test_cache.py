"""Candles in folders: saved, mapped, damaged, pickled by handle."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from btcore.candles import Candles, Instrument
from btcore.errors import DataError

N = 100
MINUTE = 60 * 10**9


def candles(**changes: object) -> Candles:
    """A hundred candles with a spread column, ask candles and an instrument."""
    times, close = np.arange(N) * MINUTE, 10 + np.arange(N) % 7 / 10
    ask = Candles(times, close + 0.1, close + 0.2, close, close + 0.1, quote="ask", tick=0.1)
    facts = {"spread": np.full(N, 0.1), "ask": ask, "instrument": Instrument("X", 0.1, lot_step=2.0)} | changes
    return Candles(times, close, close + 0.1, close - 0.1, close, np.arange(N), **facts)


def test_saved_candles_are_mapped_and_equal(tmp_path: Path) -> None:
    c = candles()
    mapped = c.save(tmp_path / "x")
    again = Candles.load(tmp_path / "x", verify=True)
    for other in (mapped, again):
        assert other == c
        assert other.ask == c.ask
        assert (other.tick, other.tick_inferred, other.instrument) == (0.1, False, c.instrument)
        assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(other.ticks, c.ticks, strict=True))
        assert other.spread.tolist() == c.spread.tolist()
        assert not other.close.flags.writeable
        assert (other.period, other.handle.content_hash) == (MINUTE, c.content_hash)
    assert c.handle is None


def test_the_hash_of_a_mapped_slice_is_that_of_its_content(tmp_path: Path) -> None:
    c = candles()
    assert c.save(tmp_path / "x")[10:20] == c[10:20]


def test_handles_are_small_and_open_the_same_rows(tmp_path: Path) -> None:
    mapped = candles().save(tmp_path / "x")
    data = pickle.dumps(mapped[10:40][5:-1])
    assert len(data) < 400
    part = pickle.loads(data)
    assert part == candles()[15:39]
    assert (part.handle.start, part.handle.stop) == (15, 39)
    assert pickle.loads(pickle.dumps(mapped)) is pickle.loads(pickle.dumps(mapped))
    assert mapped.handle.open() == mapped


def test_another_process_opens_a_pickled_handle(tmp_path: Path) -> None:
    mapped = candles().save(tmp_path / "x")
    (tmp_path / "pickle").write_bytes(pickle.dumps(mapped))
    code = "import pickle, sys; c = pickle.load(open(sys.argv[1], 'rb')); print(len(c), c.close.sum())"
    shown = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "pickle")], capture_output=True, text=True, check=True
    ).stdout
    assert shown.split() == [str(N), str(mapped.close.sum())]


def test_a_folder_that_changed_does_not_answer_an_old_handle(tmp_path: Path) -> None:
    handle = candles().save(tmp_path / "x").handle
    candles(symbol="X", spread=0.2).save(tmp_path / "x")
    with pytest.raises(DataError, match="now holds other candles"):
        handle.open()


def test_saving_again_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    candles().save(tmp_path / "x")
    other = candles(spread=0.3).save(tmp_path / "x")
    assert other.spread == 0.3
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="holds no candles; choose another folder"):
        candles().save(tmp_path)
    assert (tmp_path / "mine.txt").exists()


def damage(folder: Path, how: str) -> None:
    """Break a saved folder in one way."""
    file, manifest = folder / "close.npy", folder / "manifest.json"
    facts = json.loads(manifest.read_text())
    if how == "missing":
        file.unlink()
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:-8])
    elif how == "no header":
        file.write_bytes(b"\0" * 500)
    elif how == "broken header":
        file.write_bytes(file.read_bytes().replace(b"}", b" ", 1))
    elif how == "other type":
        np.save(file, np.zeros(N, np.float32))
    elif how == "other length":
        np.save(file, np.zeros(N - 1))
    elif how == "no manifest":
        manifest.unlink()
    elif how == "cut manifest":
        manifest.write_text(manifest.read_text()[:50])
    elif how == "other version":
        manifest.write_text(json.dumps(facts | {"format_version": 0}))
    elif how == "manifest without rows":
        manifest.write_text(json.dumps({key: value for key, value in facts.items() if key != "rows"}))
    elif how == "no ask":
        (folder / "ask" / "manifest.json").unlink()


DAMAGES = {
    "missing": "damaged", "cut": "damaged", "no header": "damaged", "broken header": "no header of an array",
    "other type": "close.npy has shape",
    "other length": "close.npy has shape", "no manifest": "holds no candles", "cut manifest": "cannot be read",
    "other version": "not in format version", "manifest without rows": "damaged", "no ask": "holds no candles",
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_folders_are_errors(tmp_path: Path, how: str) -> None:
    candles().save(tmp_path / "x")
    damage(tmp_path / "x", how)
    with pytest.raises(DataError, match=DAMAGES[how]):
        Candles.load(tmp_path / "x")


def test_changed_content_is_found_when_asked(tmp_path: Path) -> None:
    candles().save(tmp_path / "x")
    np.save(tmp_path / "x" / "close.npy", candles().close + 0.1)
    with pytest.raises(DataError, match="does not have the hash of its manifest"):
        Candles.load(tmp_path / "x", verify=True)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no candles"):
        Candles.load(tmp_path / "nothing")
