"""The cache of read_candles: hits, misses, changes, damage."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from btcore.candles import Candles
from btcore.data import cached, read_candles
from btcore.data import read as read_module
from btcore.errors import DataError

TEXT = "timestamp,open,high,low,close\n2022-01-03 00:00:00Z,1.5,1.75,1.25,1.5\n2022-01-03 00:01:00Z,1.5,1.6,1.4,1.45\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh cache folder."""
    monkeypatch.setenv("BTCORE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of two candles."""
    path = tmp_path / "x.csv"
    path.write_text(TEXT)
    return path


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were really parsed."""
    calls: list[Path] = []
    original = read_module.Source

    def source(path: Path) -> object:
        calls.append(path)
        return original(path)

    monkeypatch.setattr(read_module, "Source", source)
    return calls


def test_the_second_reading_is_mapped(folder: Path, file: Path, parsed: list[Path]) -> None:
    first, second = read_candles(file, symbol="X"), read_candles(file, symbol="X")
    assert parsed == [file]
    assert first == second == read_candles(file, symbol="X", cache=False)
    assert second.handle.content_hash == second.content_hash
    assert pickle.loads(pickle.dumps(second)) == second
    manifest = json.loads(next(folder.glob("*/manifest.json")).read_text())
    assert manifest["source"]["path"] == str(file)


def test_other_arguments_are_other_entries(folder: Path, file: Path) -> None:
    options = [{}, {"symbol": "X"}, {"tick": 0.01}, {"tick": 0.05}, {"quote": "ask"}, {"spread": 0.1}, {"ask": file},
               {"timeframe": "1h"}, {"repair": "sort"}, {"ask": read_candles(file, cache=False)}]  # fmt: skip
    for one in options:
        assert read_candles(file, **one) == read_candles(file, cache=False, **one)
    assert len(list(folder.iterdir())) == len(options)


def test_a_changed_file_is_read_again_and_its_old_entry_removed(folder: Path, file: Path, parsed: list[Path]) -> None:
    old = read_candles(file)
    file.write_text(TEXT.replace("1.45", "1.55"))
    assert read_candles(file).close.tolist() == [1.5, 1.55]
    assert len(parsed) == 2
    assert len(list(folder.iterdir())) == 1
    assert old.close.tolist() == [1.5, 1.45]


def test_a_touched_file_is_read_again(folder: Path, file: Path, parsed: list[Path]) -> None:
    read_candles(file)
    os.utime(file, ns=(1, 1))
    read_candles(file)
    assert len(parsed) == 2


def test_a_changed_ask_file_is_read_again(folder: Path, file: Path, tmp_path: Path) -> None:
    ask = tmp_path / "ask.csv"
    ask.write_text(TEXT)
    read_candles(file, ask=ask)
    ask.write_text(TEXT.replace("1.45", "1.55"))
    assert read_candles(file, ask=ask).ask.close.tolist() == [1.5, 1.55]


@pytest.mark.parametrize("damage", ["cut", "missing", "zeros", "same size", "manifest", "no manifest"])
def test_a_damaged_entry_is_made_again(folder: Path, file: Path, parsed: list[Path], damage: str) -> None:
    read_candles(file)
    (entry,) = folder.iterdir()
    column = entry / "close.npy"
    content = column.read_bytes()
    if damage == "cut":
        column.write_bytes(content[:-3])
    elif damage == "missing":
        column.unlink()
    elif damage == "zeros":
        column.write_bytes(bytes(len(content)))
    elif damage == "same size":
        np.save(column, np.array([7.0, 7.0]))
    elif damage == "manifest":
        (entry / "manifest.json").write_text("{")
    else:
        (entry / "manifest.json").unlink()
    again = read_candles(file)
    assert again.close.tolist() == [1.5, 1.45]
    assert len(parsed) == 2
    assert read_candles(file) == again
    assert len(parsed) == 2
    assert [path.name for path in folder.iterdir()] == [entry.name]


def test_no_cache_writes_nothing(folder: Path, file: Path) -> None:
    assert read_candles(file, cache=False).handle is None
    assert not folder.exists()


def test_a_bad_file_leaves_nothing_behind(folder: Path, file: Path) -> None:
    file.write_text(TEXT.replace("1.45", "9"))
    with pytest.raises(DataError):
        read_candles(file)
    assert not folder.exists() or not list(folder.iterdir())


def test_a_cache_that_cannot_be_written_is_a_warning(folder: Path, file: Path) -> None:
    folder.write_text("a file in the way")
    with pytest.warns(RuntimeWarning, match="could not be cached"):
        c = read_candles(file)
    assert isinstance(c, Candles)
    assert c.handle is None


def test_without_the_variable_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BTCORE_CACHE", raising=False)
    assert "btcore" in str(cached.cache_folder())
