"""The candles of ``btcore batch``: a file for each instrument, found by its name, or made-up ones."""

from __future__ import annotations

import glob
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from btcore.candles import Candles
from btcore.candles.cache import MANIFEST
from btcore.cli.data import load_candles

__all__ = ["amount_of", "check_symbols", "load_instruments"]

NAMES_SHOWN = 6


def load_instruments(data: str, instruments: Sequence[str], **reading: Any) -> Iterator[tuple[str, Candles]]:
    """Each instrument: its symbol and its candles.

    Parameters
    ----------
    data : str
        A folder, a pattern of files such as ``data/*_bid.csv``, one file, or ``synthetic[:NUMBER]``.
    instruments : sequence of str
        Symbols that stand in the names of the files; for made-up candles also whole numbers, the seeds. Empty for one
        file or one set of made-up candles.
    **reading :
        Options of `read_candles`; `ask` is what `data` may be, `tick` may be a mapping of symbol to step.

    Raises
    ------
    click.UsageError
        Where files are missing or several fit, naming them all; or where a file cannot be read.
    """
    if data.partition(":")[0] == "synthetic":
        yield from _synthetic(data, instruments, reading)
        return
    found = _files(data, instruments)
    asks = _files(reading["ask"], list(found), "--ask") if reading.get("ask") else {}
    for symbol, path in found.items():
        own = {**reading, "tick": amount_of("--tick", reading.get("tick"), symbol), "ask": asks.get(symbol)}
        yield symbol, _saved(path, own) if path.is_dir() else load_candles(str(path), symbol=symbol, **own)


def amount_of(option: str, given: Any, symbol: str) -> Any:
    """The amount for one instrument: the same for all, or that of a mapping."""
    if not isinstance(given, Mapping):
        return given
    if symbol not in given:
        raise click.UsageError(f"{option} has no amount for {symbol}; it names {', '.join(given)}")
    return given[symbol]


def check_symbols(option: str, given: Any, instruments: Collection[str]) -> None:
    """Raises click.UsageError where amounts are given for instruments that there are not."""
    strange = [symbol for symbol in given if symbol not in instruments] if isinstance(given, Mapping) else []
    if strange:
        raise click.UsageError(f"{option}: there is no instrument {strange[0]}; there are {', '.join(instruments)}")


def _synthetic(data: str, instruments: Sequence[str], reading: dict[str, Any]) -> Iterator[tuple[str, Candles]]:
    """A whole number is the seed; another name stands for a seed of its own."""
    for name in instruments or ["0"]:
        seed = int(name) if name.isdecimal() else zlib.crc32(name.encode())
        symbol = f"SYNTH{name}" if name.isdecimal() and instruments else name if instruments else "SYNTH"
        own = {**reading, "tick": amount_of("--tick", reading.get("tick"), symbol)}
        yield symbol, load_candles(data, symbol=symbol, seed=seed, **own)


def _saved(path: Path, reading: Mapping[str, Any]) -> Candles:
    """Candles that `Candles.save` wrote; they are what they are, but can be resampled."""
    strange = [name for name, value in reading.items() if value not in (None, (), {}) and name not in _FOR_SAVED]
    if strange:
        raise click.UsageError(f"{path} holds checked candles, which take no --{strange[0].removesuffix('s')}")
    candles = Candles.load(path)
    timeframe = reading.get("timeframe")
    return candles if timeframe is None else candles.resample(timeframe)


_FOR_SAVED = ("timeframe", "cache")


def _files(data: str, instruments: Sequence[str], option: str = "--data") -> dict[str, Path]:
    """The file of each instrument."""
    place = Path(data).expanduser()
    known = _candidates(place)
    if not known:
        raise click.ClickException(f"{option} {data}: there is no such folder, file or pattern with files")
    if not instruments:
        if len(known) > 1:
            raise click.UsageError(f"--instruments is missing: {data} holds {_names(known)}")
        return {known[0].name.split(".")[0]: known[0]}
    if len(known) == len(instruments) == 1 and not place.is_dir():
        return {instruments[0]: known[0]}  # one file and its name
    found = {symbol: _matching(symbol, known) for symbol in instruments}
    problems = [f"no file has {symbol} in its name" for symbol, paths in found.items() if not paths]
    problems += [f"{symbol} is in {_names(paths)}" for symbol, paths in found.items() if len(paths) > 1]
    if problems:
        is_double = any(len(paths) > 1 for paths in found.values())
        hint = f"a pattern such as {option} 'fx/*_M1.csv' picks files" if is_double else f"it holds {_names(known)}"
        raise click.ClickException(f"{option} {data}: {'; '.join(problems)}; {hint}")
    return {symbol: paths[0] for symbol, paths in found.items()}


def _candidates(place: Path) -> list[Path]:
    """Files, and folders of checked candles."""
    if (place / MANIFEST).is_file() or place.is_file():
        return [place]
    listed = list(place.iterdir()) if place.is_dir() else [Path(name) for name in glob.glob(str(place))]
    return sorted(
        path for path in listed if not path.name.startswith(".") and (path.is_file() or (path / MANIFEST).is_file())
    )


def _matching(symbol: str, known: Sequence[Path]) -> list[Path]:
    """Those with the symbol in their name: as a word of its own, if there is one, else anywhere."""
    text = "[^a-z0-9]?".join(map(re.escape, re.findall("[a-z0-9]+", symbol.lower()))) or re.escape(symbol.lower())
    word = re.compile(rf"(?<![a-z0-9]){text}(?![a-z0-9])")
    return [p for p in known if word.search(p.name.lower())] or [p for p in known if re.search(text, p.name.lower())]


def _names(paths: Sequence[Path]) -> str:
    shown = ", ".join(path.name for path in paths[:NAMES_SHOWN])
    return shown + (f" and {len(paths) - NAMES_SHOWN:,} more" if len(paths) > NAMES_SHOWN else "")
