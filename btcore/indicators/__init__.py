"""Indicators: named expressions over candles, a file per family. Arrays in give arrays out, expressions expressions."""

from btcore.indicators.applied import rolling_apply
from btcore.indicators.averages import dema, ema, hma, rma, sma, tema, wma
from btcore.indicators.logic import crosses_above, crosses_below, maximum, minimum, where
from btcore.indicators.momentum import Stoch, cci, momentum, roc, rsi, stoch, stoch_rsi, zscore
from btcore.indicators.rolling import (
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_std,
    rolling_sum,
    rolling_var,
)
from btcore.indicators.times import between, day, day_of_year, hour, minute, month, new_day, weekday, year
from btcore.indicators.trend import Adx, Macd, Supertrend, adx, macd, psar, supertrend
from btcore.indicators.volatility import Bollinger, Donchian, Keltner, atr, bollinger, donchian, keltner, true_range
from btcore.indicators.volume import obv, vwap

__all__ = [
    "Adx",
    "Bollinger",
    "Donchian",
    "Keltner",
    "Macd",
    "Stoch",
    "Supertrend",
    "adx",
    "atr",
    "between",
    "bollinger",
    "cci",
    "crosses_above",
    "crosses_below",
    "day",
    "day_of_year",
    "dema",
    "donchian",
    "ema",
    "hma",
    "hour",
    "keltner",
    "macd",
    "maximum",
    "minimum",
    "minute",
    "momentum",
    "month",
    "new_day",
    "obv",
    "psar",
    "rma",
    "roc",
    "rolling_apply",
    "rolling_max",
    "rolling_mean",
    "rolling_min",
    "rolling_std",
    "rolling_sum",
    "rolling_var",
    "rsi",
    "sma",
    "stoch",
    "stoch_rsi",
    "supertrend",
    "tema",
    "true_range",
    "vwap",
    "weekday",
    "where",
    "wma",
    "year",
    "zscore",
]
