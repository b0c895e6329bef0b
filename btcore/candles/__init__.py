"""Candles and instruments: the one data container, its checks, frames in and out, resampling and the mapped cache."""

from __future__ import annotations

from btcore.candles.container import Candles
from btcore.candles.instrument import Instrument
from btcore.candles.repairs import REPAIRS

__all__ = ["REPAIRS", "Candles", "Instrument"]
