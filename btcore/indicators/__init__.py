"""Indicators: named expressions over candles, a file per family. Arrays in give arrays out, expressions expressions."""

from btcore.indicators.applied import rolling_apply
from btcore.indicators.averages import ema, rma, sma
from btcore.indicators.logic import crosses_above, crosses_below, maximum, minimum, where
from btcore.indicators.momentum import rsi, zscore
from btcore.indicators.rolling import (
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_std,
    rolling_sum,
    rolling_var,
)
from btcore.indicators.volatility import Donchian, atr, donchian, true_range

__all__ = [
    "Donchian",
    "atr",
    "crosses_above",
    "crosses_below",
    "donchian",
    "ema",
    "maximum",
    "minimum",
    "rma",
    "rolling_apply",
    "rolling_max",
    "rolling_mean",
    "rolling_min",
    "rolling_std",
    "rolling_sum",
    "rolling_var",
    "rsi",
    "sma",
    "true_range",
    "where",
    "zscore",
]
