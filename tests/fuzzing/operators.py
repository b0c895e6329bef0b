"""Every operator and every public indicator over arrays of any length, value, layout and type, with any window."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

import numpy as np
from operators.cases import EXTRA, JOINT, assert_same_bits, cases, number

import btcore as bt
from btcore import indicators
from btcore._core.types import INTERPOLATIONS, OPCODES, RANK_METHODS, RANK_PERCENT
from btcore.expr import Expr, array, lift
from btcore.program import evaluate
from fuzzing.series import laid_out, random_flags, random_length, random_times, random_values, random_window

ROLLING = [op for op in OPCODES if op.startswith("rolling_") and op != "rolling_apply"]
ZONES = ("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "+05:45", "Asia/Kolkata")
CLOCK = ("00:00", "08:00", "16:30", "22:00", "23:59", "24:00")


def random_rolling(rng: random.Random, x: np.ndarray, y: np.ndarray) -> Expr:
    """One operator of windows with any options."""
    op = rng.choice(ROLLING)
    window = random_window(rng, len(x))
    least = rng.choice([window, 1, rng.randint(1, window)])
    extra: tuple[Any, ...] = EXTRA.get(op, ())
    if op in ("rolling_var", "rolling_std", "rolling_cov"):
        extra = (rng.choice([0, 1, 2, window, window + 3]),)
    elif op == "rolling_quantile":
        extra = (rng.choice(list(INTERPOLATIONS.values())), rng.choice([0.0, 1.0, 0.5, rng.random()]))
    elif op == "rolling_rank":
        extra = (rng.choice(list(RANK_METHODS.values())) + rng.choice([0, RANK_PERCENT]),)
    series = (lift(x), lift(y)) if op in JOINT else (lift(x),)
    return number(op, *series, params=(window, least, *extra))


def play(rng: random.Random) -> int:
    """Operators alone, cut short and with others: the same bits."""
    length = max(1, random_length(rng))
    inputs = [random_values(rng, length) for _ in range(3)] + [random_flags(rng, length) for _ in range(2)]
    exprs = [random_rolling(rng, *inputs[:2]) for _ in range(12)]
    whole = evaluate(*exprs)
    end = rng.randint(1, length)
    for expr, values in zip(exprs, whole, strict=True):
        cut = Expr(expr.op, tuple(array(part.data[:end]) for part in expr.inputs), expr.params, kind=expr.kind)
        assert_same_bits(evaluate(cut)[0], values[:end], f"{expr.op}{expr.params}")
    given = cases(*inputs)
    some = [expr for op in rng.sample(list(given), 6) for expr in given[op]]
    evaluate(*some)
    return 2 * len(exprs) + len(some)


class _Given:
    """The series of a call, and what its other parameters may be, by name."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.length = random_length(rng)
        opened, closed = (random_values(rng, self.length) for _ in range(2))
        self.prices = [np.maximum(opened, closed) + 1.0, np.minimum(opened, closed) - 1.0, closed]
        self.volume = np.abs(random_values(rng, self.length))

    def series(self) -> Any:
        return laid_out(self.rng, random_values(self.rng, self.length))

    def window(self) -> int:
        return random_window(self.rng, self.length)

    def option(self, name: str) -> Any:
        """A value for a parameter; sometimes one that has no meaning."""
        rng = self.rng
        if rng.random() < 0.02:
            return rng.choice([0, -1, None, np.nan, np.inf, "first", 2.5, True])
        choices: dict[str, Callable[[], Any]] = {
            "adjust": lambda: rng.random() < 0.5,
            "ddof": lambda: rng.choice([0, 1, 2, 50]),
            "func": lambda: rng.choice([np.max, np.ptp, len, lambda window: window[-1]]),
            "interpolation": lambda: rng.choice(list(INTERPOLATIONS)),
            "max_step": lambda: rng.choice([0.2, 0.5, 1.0]),
            "method": lambda: rng.choice(list(RANK_METHODS)),
            "min_periods": lambda: rng.choice([None, 1, self.window()]),
            "pct": lambda: rng.random() < 0.5,
            "price": lambda: rng.choice(["close", "typical"]),
            "q": rng.random,
            "roll": lambda: rng.choice(CLOCK[:-1]),
            "seed": lambda: rng.choice(["first", "sma"]),
            "smoothing": lambda: rng.choice(["wilder", "ema", "sma"]),
            "step": lambda: rng.choice([0.02, 0.1, 0.2]),
            "tz": lambda: rng.choice(ZONES),
            "weekdays": lambda: rng.choice([None, [0, 4], range(7)]),
            "width": lambda: rng.choice([2.0, 0.5, 1e-300, 1e300]),
        }
        return choices.get(name, self.window)()


# Series that indicators of candles take, in their order.
PRICES = {"donchian": 2, "psar": 2, "vwap": 3}
TIMES = {"day", "day_of_year", "hour", "minute", "month", "new_day", "weekday", "year"}
FUNCTIONS = [name for name in indicators.__all__ if inspect.isfunction(getattr(indicators, name))]


def called(name: str, given: _Given) -> Any:
    """The indicator's values for random arguments."""
    rng, function = given.rng, getattr(bt, name)
    arguments: list[Any] = []
    keywords: dict[str, Any] = {}
    if name in TIMES | {"between"}:
        arguments = [random_times(rng, given.length)]
        arguments += [rng.choice(CLOCK), rng.choice(CLOCK)] if name == "between" else []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL and name != "between":
            prices = given.prices[2:] if name == "obv" else given.prices[: PRICES.get(name, 3)]
            arguments = [*prices, given.volume] if name in ("obv", "vwap") else list(prices)
        elif parameter.name == "out" or parameter.kind is parameter.VAR_POSITIONAL or parameter.name == "timestamps":
            continue
        elif parameter.name in ("x", "y", "a", "b", "yes", "no"):
            arguments.append(given.series())
        elif parameter.name == "chosen":
            arguments.append(laid_out(rng, random_flags(rng, given.length)))
        elif name == "vwap":
            keywords = rng.choice([{}, {"window": given.window()}, {"anchor": random_flags(rng, given.length)}])
        elif parameter.default is parameter.empty or parameter.name == "n" or rng.random() < 0.5:
            keywords[parameter.name] = given.option(parameter.name)
    return function(*arguments, **keywords)


def play_indicators(rng: random.Random) -> int:
    """Every public indicator, once."""
    given = _Given(rng)
    for name in FUNCTIONS:
        try:
            found = called(name, given)
        except bt.BtcoreError:
            continue
        for values in found if isinstance(found, tuple) else (found,):
            assert values.shape == (given.length,), name
    return len(FUNCTIONS)
