"""Random strategies that are functions, and what they saw."""

from __future__ import annotations

import math
import random
from typing import Any

import btcore as bt
from properties.generator import random_order

SEEN = ("parent", "side", "size", "entry_kind", "signal_index", "entry_index", "entry_time", "entry_price", "stop",
        "target", "profit", "bars", "leaving")  # fmt: skip
WAITING = ("side", "kind", "signal_index", "price", "limit_price", "size", "last_index")
AGGREGATES = ("mean", "std", "sum", "min", "max")
COLUMNS = ("open", "high", "low", "close", "volume")


class Whimsical(bt.WindowStrategy):
    """Decides by dice that depend on its seed and the candle alone, and notes all that it is shown."""

    average = bt.rolling_mean(bt.close, 3)
    rises = bt.close > bt.open

    def __init__(self, seed: int, window: int, when: Any, max_positions: int, tick: float) -> None:
        self.seed, self.window, self.when, self.max_positions, self.tick = seed, window, when, max_positions, tick
        self.log: list[Any] = []

    def on_candle(self, window: Any) -> Any:
        dice = random.Random(self.seed * 1_000_003 + window.index)
        self.log.append(self.shown(window, dice))
        answers = [self.answer(window, dice) for _ in range(dice.choice([0, 1, 1, 1, 1, 2, 3]))]
        return dice.choice([answers, tuple(answers)]) if len(answers) != 1 or dice.random() < 0.2 else answers[0]

    def shown(self, window: Any, dice: random.Random) -> Any:
        """The account, the candles, some aggregates."""
        column, n = dice.choice(COLUMNS), dice.choice([None, dice.randint(1, self.window)])
        return [
            window.index,
            window.time,
            len(window),
            window.equity,
            window.cash,
            [[getattr(p, name) for name in SEEN] for p in window.positions],
            [getattr(window.position, name) for name in SEEN] if window.position is not None else None,
            [[getattr(order, name) for name in WAITING] for order in window.orders],
            [getattr(window, name).tolist() for name in (*COLUMNS, "timestamp")],
            [window.value(name) for name in ("close", "volume", "average", "rises")],
            [getattr(window, name)(column, n) for name in AGGREGATES],
        ]

    def answer(self, window: Any, dice: random.Random) -> Any:
        """Nothing, an exit or an order, made in one of the ways in which they can be made."""
        chance = dice.random()
        if chance < 0.35:
            return None
        if chance < 0.55:
            sides = [None, "long", "short"]
            return dice.choice([window.exit(dice.choice(sides)), bt.Exit(dice.choice([None, window.index]))])
        close = window.close[-1]
        fields = random_order(dice, self.tick, (round(close / self.tick) + dice.randint(-8, 8) / 2) * self.tick)
        if dice.random() < 0.3:
            return bt.Order(dice.choice([None, window.index]), **fields)
        side = fields.pop("side")
        if dice.random() < 0.1:  # what an Order would refuse and a strategy may meet
            fields[dice.choice(["stop", "target", "trail"])] = dice.choice([0.0, -1.0, math.nan, math.inf]) * self.tick
        if "stop" in fields:
            fields.pop("stop_price", None)
        if "target" in fields:
            fields.pop("target_price", None)
        return window.buy(**fields) if side > 0 else window.sell(**fields)


def random_function(rng: random.Random, condition: Any, tick: float) -> dict[str, Any]:
    """Arguments of a Whimsical."""
    return {
        "seed": rng.randrange(2**31),
        "window": rng.choice([1, 1, 2, 3, 5, 9]),
        "when": rng.choice([None, None, condition]),
        "max_positions": rng.choice([1, 1, 1, 2, 3]),
        "tick": tick,
    }


def equal(a: Any, b: Any) -> bool:
    """Equal all the way down; a NaN equals a NaN."""
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b) or (a != a and b != b)
