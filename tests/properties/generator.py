"""Random cases: many short candle series laid end to end, and for each a simulation of its own.

A ``Group`` shares what one plan shares: candles, quote, spread and lots. Its cases are the evaluation windows of one
long series, so that the compiled engine runs all of them in one call while the twin sees each short series alone.
Prices are small whole numbers of ticks, so that touches, gaps, ties and conflicts are common.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

import btcore as bt
from btcore.rules import AMBIGUITY_MODES
from properties.finer import part_of, random_finer

MINUTE = 60_000_000_000
TICKS = (1.0, 0.01, 1e-5, 0.25, 0.3, 25.0)
SHARED_ARRAYS = 6
WICKS = (0, 1, 2, 3, 0, 1, 2, 3, 6, 12)


@dataclass
class Case:
    """One simulation: its window in the group's candles and the arguments of ``simulate``."""

    start: int
    end: int
    recipe: Any
    arguments: dict[str, Any]
    conversion: Any = None

    def settings(self, group: Group, first: int, last: int) -> dict[str, Any]:
        """The arguments of ``simulate`` for the group's candles [first, last), but the window."""
        arguments, rules = dict(self.arguments), self.arguments["rules"]
        if rules.magnify is not None:
            part = part_of(rules.magnify, group.candles[first:last])
            arguments["rules"] = dataclasses.replace(rules, magnify=part)
        if self.conversion is not None:
            rate = group.resolved(self.conversion, first, last)
            arguments["costs"] = dataclasses.replace(arguments["costs"], account_currency="EUR", conversion=rate)
        return arguments

    def trader(self, group: Group, first: int, last: int) -> Any:
        """The strategy or orders for the group's candles [first, last)."""
        if isinstance(self.recipe, list):
            return [make(first) for make in self.recipe]
        return bt.Strategy(**{name: group.resolved(value, first, last) for name, value in self.recipe.items()})


@dataclass
class Group:
    """Cases over one long series."""

    candles: bt.Candles
    cases: list[Case]
    arrays: dict[str, np.ndarray]

    def resolved(self, value: Any, first: int, last: int) -> Any:
        """A recipe's value for the candles [first, last): names become arrays, the rest stays."""
        if isinstance(value, tuple) and value[0] == "percent":
            return bt.percent(self.resolved(value[1], first, last))
        if isinstance(value, tuple) and value[0] == "volatility":
            return bt.VolatilityTarget(value[1], self.resolved(value[2], first, last))
        if isinstance(value, list):
            return [self.resolved(part, first, last) for part in value]
        if isinstance(value, tuple):
            return tuple(self.resolved(part, first, last) for part in value)
        return self.arrays[value][first:last] if isinstance(value, str) and value in self.arrays else value


def random_group(seed: int, cases: int, length: tuple[int, int] = (2, 24), reach: int = 1) -> Group:
    """A reproducible group of `cases` series of random lengths.

    `reach` multiplies distances and thins out signals, for trades that last over many zones and blocks.
    """
    rng = random.Random(seed)
    tick = rng.choice(TICKS)
    lengths = [rng.randint(*length) for _ in range(cases)]
    candles = random_candles(rng, sum(lengths), tick, reach)
    arrays = random_arrays(rng, len(candles), tick, reach)
    bounds = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    spread = random_hours(rng, tick) if candles.ask is None and rng.random() < 0.2 else None
    finer = random_finer(rng, candles, 3 * tick) if rng.random() < 0.4 else None
    made = [random_case(rng, a, b, tick, reach, (spread, finer)) for a, b in itertools.pairwise(bounds)]
    pair = random_pair(rng, candles)
    for case in made:
        if rng.random() < 0.15:
            case.conversion = rng.choice([0.9, 125.0, "rate0", "rate1", pair])
    return Group(candles, made, arrays)


def random_candles(rng: random.Random, n: int, tick: float, reach: int) -> bt.Candles:
    """A walk around 1,000 ticks with gaps and wide candles, quoted in any of the four ways."""
    rows = random_rows(rng, n, min(25 * reach, 100))
    times = random_times(rng, n)
    kind = rng.choice(["bid", "ask", "mid", "two"])
    spread = rng.choice([0.0, 1.0, 2.0, 1.4]) * tick
    if rng.random() < 0.25 and kind != "two":
        spread = np.array([rng.choice([0.0, 1.0, 1.5, 4.0]) for _ in range(n)]) * tick
    lots = {"lot_step": rng.choice([0.0, 0.0, 0.5, 1.0]), "lot_min": rng.choice([0.0, 0.0, 1.0])}
    instrument = bt.Instrument("FUZZ", tick, contract_size=rng.choice([1.0, 10.0]), **lots)
    settings = {"tick": tick, "symbol": "FUZZ", "instrument": instrument}
    prices = price_columns(rows, tick)
    if kind != "two":
        return bt.Candles(times, *prices, quote=kind, spread=spread, **settings)
    lifted = [tuple(p + d for p in row) for row, d in zip(rows, random_lifts(rng, n), strict=True)]
    return bt.Candles(
        times, *prices, ask=bt.Candles(times, *price_columns(lifted, tick), quote="ask", **settings), **settings
    )


def random_hours(rng: random.Random, tick: float) -> bt.HourlySpread:
    """A spread by the hour of one of a few clocks."""
    spreads = [rng.choice([0.0, 1.0, 2.5, 5.0]) * tick for _ in range(24)]
    return bt.HourlySpread(spreads, tz=rng.choice(["UTC", "America/New_York", "Asia/Kolkata"]))


def random_times(rng: random.Random, n: int) -> np.ndarray:
    """Candles of a minute or some hours; in a third of the groups some are missing."""
    steps = [rng.choice([1, 1, 1, 1, 2, 5]) for _ in range(n)] if rng.random() < 0.33 else [1] * n
    return np.cumsum(steps, dtype=np.int64) * MINUTE * rng.choice([1, 60, 300, 300])


def random_pair(rng: random.Random, candles: bt.Candles) -> bt.Conversion:
    """Some 30 candles of a pair of currencies, the first before all others; with holes, and longer or shorter."""
    first, last = int(candles.timestamp[0]), int(candles.timestamp[-1])
    step = max((last - first) // 30 // MINUTE, 1) * MINUTE
    times = [first - step + k * step for k in range(34) if k == 0 or rng.random() < 0.8]
    rows = np.array(random_rows(rng, len(times), 100), dtype=np.float64).T / 1000
    return bt.Conversion(bt.Candles(times, *rows, tick=0.001, period=step), inverse=rng.random() < 0.5)


def random_rows(rng: random.Random, n: int, width: int) -> list[tuple[int, int, int, int]]:
    rows, last = [], 1000
    for _ in range(n):
        opened = last + (rng.randint(-6, 6) if rng.random() < 0.3 else 0)
        last = min(max(opened + rng.randint(-4, 4), 1000 - width), 1000 + width)
        rows.append((opened, max(opened, last) + rng.choice(WICKS), min(opened, last) - rng.choice(WICKS), last))
    return rows


def random_lifts(rng: random.Random, n: int) -> list[int]:
    """Ask over bid of each candle; now and then crossed."""
    return [rng.choice([0, 1, 1, 2, 3, -1]) for _ in range(n)]


def price_columns(rows: list[tuple[int, int, int, int]], tick: float) -> list[np.ndarray]:
    """Whole ticks as the prices that a data file would hold."""
    ticks = np.array(rows, dtype=np.float64)
    ratio = round(1 / tick)
    prices = ticks / ratio if ratio and abs(1 / tick - ratio) < 1e-9 else ticks * tick
    return list(np.ascontiguousarray(prices.T))


def random_arrays(rng: random.Random, n: int, tick: float, reach: int) -> dict[str, np.ndarray]:
    """Conditions of different density, distances and levels with all that can be wrong with them."""
    draw = np.random.default_rng(rng.randrange(2**32))
    arrays: dict[str, np.ndarray] = {}
    for k in range(SHARED_ARRAYS):
        arrays[f"condition{k}"] = draw.random(n) < rng.choice([0.05, 0.2, 0.5]) / reach
        distances = draw.choice([0.5, 1, 1.5, 2, 3, 4, 6, 9], n)
        arrays[f"distance{k}"] = spoiled(draw, distances, [np.nan, np.inf, 0.0, -1.0, 0.4]) * tick * reach
        arrays[f"level{k}"] = spoiled(draw, 1000 + draw.integers(-60, 61, n) / 2.0, [np.nan]) * tick
        arrays[f"rate{k}"] = draw.choice([0.5, 0.85, 1.0, 1.3], n)
        arrays[f"size{k}"] = spoiled(draw, draw.choice([0.4, 1, 2.5, 3], n), [np.nan, 0.0, -1.0])
    return arrays


def spoiled(draw: np.random.Generator, values: np.ndarray, bad: list[float]) -> np.ndarray:
    return np.where(draw.random(len(values)) < 0.06, draw.choice(bad, len(values)), values)


def random_case(rng: random.Random, start: int, end: int, tick: float, reach: int, shared: tuple[Any, Any]) -> Case:
    """Half of the cases are lists of orders, half strategies; `shared` is the group's spread and finer candles."""
    spread, finer = shared
    recipe = random_orders(rng, start, end, tick, reach) if rng.random() < 0.5 else random_strategy(rng, reach)
    commission = bt.Commission(
        per_trade=rng.choice([0.0, 0.5]),
        per_unit=rng.choice([0.0, 0.03]),
        per_lot=rng.choice([0.0, 0.7]),
        percent=rng.choice([0.0, 0.02]),
        minimum=rng.choice([0.0, 1.0]),
    )
    arguments = {
        "costs": bt.Costs(
            spread=spread,
            slippage=random_slippage(rng, tick),
            commission=commission if rng.random() < 0.4 else None,
            financing=random_financing(rng) if rng.random() < 0.15 else None,
            margin=random_margin(rng) if rng.random() < 0.2 else None,
        ),
        "size": random_size(rng, tick),
        "cash": rng.choice([100.0, 10_000.0]),
        "rules": random_rules(rng, finer),
    }
    return Case(start, end, recipe, arguments)


def random_rules(rng: random.Random, finer: bt.Candles | None) -> bt.Rules:
    return bt.Rules(
        magnify=finer if rng.random() < 0.8 else None,
        ambiguity=rng.choice(["worst", *AMBIGUITY_MODES]),
        limit_gap=rng.choice(["open", "limit"]),
        limit_through_ticks=rng.choice([0, 0, 0, 1, 2]),
    )


def random_slippage(rng: random.Random, tick: float) -> Any:
    """A number or one of the models."""
    models = [
        bt.TickSlippage(rng.choice([1, 2.5])),
        bt.PercentSlippage(rng.choice([0.05, 0.1, 0.37])),
        bt.RangeSlippage(rng.choice([0.1, 0.5, 1.0])),
        bt.RandomSlippage(rng.choice([1, 4]), rng.choice([0, 7, 2**64 - 1])),
    ]
    return rng.choice(models) if rng.random() < 0.3 else rng.choice([0.0, 0.0, 1.0, 1.3, 4.0]) * tick


def random_financing(rng: random.Random) -> bt.Financing:
    """Rates large enough to see, on one of a few rolls."""
    long, short = (rng.choice([0.0, 30.0, 7.3, -11.0]) for _ in range(2))
    unit = rng.choice(["percent", "points", "lot"])
    scale = {"percent": 1.0, "points": 0.01, "lot": 0.003}[unit]
    night = rng.choice(
        [{}, {"triple": "friday"}, {"roll": "00:00", "tz": "UTC", "triple": None, "weekends": True}, {"year": 360}]
    )
    return bt.Financing(long * scale, short * scale, unit=unit, **night)


def random_margin(rng: random.Random) -> bt.Margin:
    """Often some ticks from the entry of one of the sizes."""
    return bt.Margin(rng.choice([1.0, 1.7, 5.0, 15.0]), rng.choice([0.0, 0.5, 0.98, 1.0, 3.32]))


def random_size(rng: random.Random, tick: float) -> Any:
    kinds = [None, 2.0, 0.7, bt.FixedCash(700), bt.PercentEquity(30), bt.RiskPercent(1.5)]
    kinds.append(bt.VolatilityTarget(0.5, 3 * tick))
    return rng.choice(kinds)


def random_strategy(rng: random.Random, reach: int) -> dict[str, Any]:
    """Arguments of a Strategy; arrays by name."""
    k = SHARED_ARRAYS

    def pick(kind: str) -> str:
        return f"{kind}{rng.randrange(k)}"

    conditions = ["enter_long", "enter_short", "exit_long", "exit_short"]
    recipe: dict[str, Any] = {name: pick("condition") for name in conditions if rng.random() < 0.7}
    recipe.setdefault(rng.choice(conditions[:2]), pick("condition"))
    recipe["entry"] = rng.choice(["market", "market", "close", "stop", "limit", "stop_limit"])
    if recipe["entry"] not in ("market", "close"):
        recipe["price"] = pick("level")
        recipe |= {"limit_price": pick("level")} if recipe["entry"] == "stop_limit" else {}
        recipe |= {"expiry": rng.randint(1, 5 * reach)} if rng.random() < 0.6 else {}
    for name in ("stop", "target", "trail", "breakeven"):
        if rng.random() < 0.55:
            recipe[name] = random_distance(rng, pick)
    if "trail" not in recipe and rng.random() < 0.25:
        recipe["trail_price"] = pick("level")
        recipe |= {"activate": random_distance(rng, pick)} if rng.random() < 0.4 else {}
    if "trail" in recipe:
        recipe["trail_source"] = rng.choice(["extreme", "close"])
        recipe |= {"activate": random_distance(rng, pick)} if rng.random() < 0.4 else {}
    for name in ("stop", "target"):
        if name not in recipe and rng.random() < 0.4:
            recipe[f"{name}_price"] = pick("level")
    if not recipe.keys() & {"target", "target_price"} and rng.random() < 0.8:
        recipe["targets"] = random_targets(rng, pick)
    recipe |= {"max_bars": rng.randint(1, 6 * reach**2)} if rng.random() < 0.3 else {}
    if rng.random() < 0.25:
        recipe["size"] = rng.choice([pick("size"), ("volatility", 2.0, pick("distance"))])
    recipe |= {"max_positions": rng.choice([2, 3, 7])} if rng.random() < 0.4 else {}
    recipe |= {"session": random_session(rng)} if rng.random() < 0.3 else {}
    recipe |= {"reverse": True} if rng.random() < 0.25 else {}
    return recipe


def random_targets(rng: random.Random, pick: Any) -> list[tuple[float, Any]]:
    """Some targets whose fractions add up to one or less."""
    shares = [rng.randint(1, 4) for _ in range(rng.choice([1, 2, 2, 3, 8]))]
    total = sum(shares) + rng.choice([0, 0, 1, 3])
    return [(share / total, random_distance(rng, pick)) for share in shares]


def random_session(rng: random.Random) -> Any:
    """The end of a session on all days or some, in a zone whose clocks change, or that of `between`."""
    zone = rng.choice(["UTC", "Europe/London", "Australia/Lord_Howe"])
    if rng.random() < 0.3:
        opens, closes = rng.sample(["00:00", "02:30", "08:00", "17:00", "23:59"], 2)
        return bt.between(opens, closes, tz=zone, weekdays=rng.choice([None, [0, 4, 6]]))
    at = f"{rng.randrange(24):02d}:{rng.choice([0, 0, 1, 30, 59]):02d}"
    return bt.SessionEnd(rng.choice([at, at, "24:00"]), tz=zone, weekdays=rng.choice([None, None, ["friday", 2, 3]]))


def random_distance(rng: random.Random, pick: Any) -> Any:
    choice = rng.random()
    if choice < 0.2:
        return ("percent", rng.choice([0.05, 0.3, 0.6, 1e-4]))
    if choice < 0.4:
        return (pick("distance"), pick("distance"))
    return pick("distance")


def random_orders(rng: random.Random, start: int, end: int, tick: float, reach: int) -> list[Any]:
    """Functions from the first candle's index to an Order or Exit, in random order of candles."""
    made = []
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(start, end)
        if rng.random() < 0.15:
            made.append(lambda first, at=at: bt.Exit(at - first))
            continue
        fields = random_order(rng, tick * reach, (1000 + rng.randint(-30, 30) / 2) * tick)
        made.append(lambda first, at=at, fields=fields: bt.Order(at - first, **fields))
    return made


def random_order(rng: random.Random, step: float, price: float) -> dict[str, Any]:
    """Fields of an Order that can be made."""
    side, kind = rng.choice([1, -1]), rng.choice(["market", "close", "stop", "limit", "stop_limit"])
    fields: dict[str, Any] = {"side": side, "kind": kind}
    if kind not in ("market", "close"):
        fields["price"] = math.nan if rng.random() < 0.03 else price
        if kind == "stop_limit":
            fields["limit_price"] = (
                fields["price"] + side * rng.choice([-3, -1, -0.5, 0, 0, 0.5, 1, 3, math.nan]) * step
            )
            price = (
                price if math.isnan(fields["limit_price"]) else side * min(side * price, side * fields["limit_price"])
            )
        fields |= {"expiry": rng.randint(1, 5)} if rng.random() < 0.6 else {}
    for name in ("stop", "target", "trail", "breakeven"):
        if rng.random() < 0.5:
            steps = rng.choice([0.2, 0.5, 1, 1.5, 2, 3, 5, 8])
            fields[name] = bt.percent(steps / 10) if rng.random() < 0.2 else steps * step
    if "trail" in fields and rng.random() < 0.4:
        fields["activate"] = rng.choice([1, 2, 4.5]) * step
    for name, direction in (("stop", -1), ("target", 1)):
        if name not in fields and rng.random() < 0.5:
            fields[f"{name}_price"] = price + direction * side * rng.choice([0.3, 0.5, 1, 2.5, 6]) * step
    fields |= {"max_bars": rng.randint(1, 6)} if rng.random() < 0.3 else {}
    fields |= {"size": rng.choice([2.0, bt.PercentEquity(50), bt.RiskPercent(2)])} if rng.random() < 0.3 else {}
    return fields
