"""Where candles come from: files of several formats, a file per format, and a generator of synthetic ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from btcore.data.synthetic import synthetic_candles

if TYPE_CHECKING:
    from btcore.data.read import READERS, read_candles

__all__ = ["READERS", "read_candles", "synthetic_candles"]


def __getattr__(name: str) -> Any:
    if name in ("READERS", "read_candles"):  # loaded when asked for: the readers are a sixth of the whole import
        from btcore.data import read

        globals().update(READERS=read.READERS, read_candles=read.read_candles)
        return globals()[name]
    raise AttributeError(f"module 'btcore.data' has no attribute {name!r}")
