"""Trades of single simulations as Parquet files beside the ledger."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from btcore._core.types import TRADE_DTYPE
from btcore.errors import DataError
from btcore.results import EntryKind, ExitReason, Trades

__all__ = ["read_trades", "write_trades"]

_CODES = {"entry_kind": EntryKind, "exit_reason": ExitReason}


def write_trades(rows: np.ndarray, symbol: str, path: Path) -> None:
    """Write the frame of ``Trades.to_polars``; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    Trades(rows, symbol).to_polars().write_parquet(temporary)
    os.replace(temporary, path)


def read_trades(path: Path) -> Trades:
    """The trades of a file that ``write_trades`` wrote, the same bits.

    Raises
    ------
    DataError
        If the file is gone, or does not hold trades.
    """
    import polars

    try:
        frame = polars.read_parquet(path)
        rows = np.zeros(len(frame), dtype=TRADE_DTYPE)
        for name in TRADE_DTYPE.names or ():
            column = frame[name]
            if name in _CODES:
                column = column.replace_strict(
                    {code.name: int(code) for code in _CODES[name]}, return_dtype=polars.Int8
                )
            elif column.dtype == polars.Datetime:
                column = column.dt.epoch("ns")
            rows[name] = column.to_numpy()
    except (OSError, polars.exceptions.PolarsError) as error:
        raise DataError(f"{path} does not hold the trades of a simulation ({error})") from None
    return Trades(rows, frame["symbol"][0] if len(frame) else "")
