"""btcore: trading-strategy simulations over long candle histories, exactly, many at once, at the speed of memory.

The public names load the module that holds them when they are first used, so that ``import btcore`` itself costs next
to nothing, not even NumPy. Their types are in ``__init__.pyi``.
"""

_NAMES = {
    "batch.experiment": ("Experiment",),
    "batch.grids": ("grid_product", "random_sets", "sobol_sets"),
    "batch.progress": ("BatchProgress",),
    "batch.running": ("BatchInterrupted", "run_batch"),
    "batch.samplers": ("OptunaSampler", "RandomSampler"),
    "batch.searching": ("search",),
    "batch.simulations": ("Simulation", "Status"),
    "batch.sweeping": ("sweep",),
    "batch.trials": ("Overfitting",),
    "batch.walked": ("Fold", "WalkForward"),
    "batch.walking": ("walk_forward",),
    "candles": ("Candles", "Instrument"),
    "causality": ("CausalityReport", "Leak", "check_causality"),
    "clocks": ("timeframe",),
    "costs": (
        "Commission",
        "Conversion",
        "Costs",
        "Financing",
        "HourlySpread",
        "Margin",
        "PercentSlippage",
        "RandomSlippage",
        "RangeSlippage",
        "TickSlippage",
    ),
    "data": ("read_candles", "synthetic_candles"),
    "deciders": ("CompiledStrategy", "OrderField", "PositionField", "WindowStrategy"),
    "errors": ("BtcoreError", "CallbackError", "DataError", "ExpressionError", "ParameterError", "StrategyError"),
    "expr": ("Expr", "close", "high", "low", "open", "percent", "volume"),
    "indicators": (
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
        "rolling_argmax",
        "rolling_argmin",
        "rolling_corr",
        "rolling_cov",
        "rolling_kurt",
        "rolling_max",
        "rolling_mean",
        "rolling_median",
        "rolling_min",
        "rolling_quantile",
        "rolling_rank",
        "rolling_skew",
        "rolling_slope",
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
    ),
    "live": ("Stream",),
    "metrics.overfitting": ("probability_of_overfitting",),
    "metrics.sharpe": ("deflated_sharpe", "expected_maximum_sharpe", "probabilistic_sharpe"),
    "orders": ("Exit", "Order"),
    "results": ("EntryKind", "ExitReason", "RejectReason", "Result", "Trades"),
    "rules": ("RULES_VERSION", "Rules"),
    "sessions": ("SessionEnd",),
    "session": ("Event", "Session"),
    "simulation": ("simulate",),
    "sizes": ("FixedCash", "PercentEquity", "RiskPercent", "VolatilityTarget"),
    "strategy": ("Strategy",),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}
_RENAMED = {"open": "open_"}  # no module but this one hides a builtin

__all__ = list(_MODULES)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        value = version("btcore")
    elif name in _MODULES:
        from importlib import import_module

        value = getattr(import_module(f"btcore.{_MODULES[name]}"), _RENAMED.get(name, name))
    else:
        raise AttributeError(f"module 'btcore' has no attribute {name!r}")
    globals()[name] = value  # the next use finds it without coming here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
