"""btcore: trading-strategy simulations over long candle histories, exactly, many at once, at the speed of memory."""

from typing import TYPE_CHECKING, Any

from btcore.candles import Candles, Instrument
from btcore.costs import Commission, Costs
from btcore.data import synthetic_candles
from btcore.errors import BtcoreError, DataError, ExpressionError, ParameterError, StrategyError
from btcore.expr import Expr, close, high, low, percent, volume
from btcore.expr import open_ as open
from btcore.indicators import (
    atr,
    crosses_above,
    crosses_below,
    donchian,
    ema,
    maximum,
    minimum,
    rma,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_std,
    rolling_sum,
    rolling_var,
    rsi,
    sma,
    true_range,
    where,
    zscore,
)
from btcore.live import Stream
from btcore.results import EntryKind, ExitReason, RejectReason, Result, Trades
from btcore.rules import RULES_VERSION, Rules
from btcore.simulation import simulate
from btcore.sizes import FixedCash, PercentEquity, RiskPercent
from btcore.strategy import Exit, Order, Strategy

if TYPE_CHECKING:
    from btcore.data import read_candles

__all__ = [
    "RULES_VERSION",
    "BtcoreError",
    "Candles",
    "Commission",
    "Costs",
    "DataError",
    "EntryKind",
    "Exit",
    "ExitReason",
    "Expr",
    "ExpressionError",
    "FixedCash",
    "Instrument",
    "Order",
    "ParameterError",
    "PercentEquity",
    "RejectReason",
    "Result",
    "RiskPercent",
    "Rules",
    "Strategy",
    "StrategyError",
    "Stream",
    "Trades",
    "atr",
    "close",
    "crosses_above",
    "crosses_below",
    "donchian",
    "ema",
    "high",
    "low",
    "maximum",
    "minimum",
    "open",
    "percent",
    "read_candles",
    "rma",
    "rolling_max",
    "rolling_mean",
    "rolling_min",
    "rolling_std",
    "rolling_sum",
    "rolling_var",
    "rsi",
    "simulate",
    "sma",
    "synthetic_candles",
    "true_range",
    "volume",
    "where",
    "zscore",
]


def __getattr__(name: str) -> Any:
    # loaded when asked for, so that the import stays short
    if name == "read_candles":
        from btcore.data import read_candles

        return read_candles
    if name == "__version__":
        from importlib.metadata import version

        return version("btcore")
    raise AttributeError(f"module 'btcore' has no attribute {name!r}")
