"""Golden cases: tiny candle series with the trades that docs/fill-rules.md demands, worked out by hand.

Each ``*.toml`` file beside this module holds ``[[case]]`` tables:

``id``, ``rules``, ``note``
    A unique name, the numbers of the rules it shows, one line of why the expectation follows.
``candles``
    Rows ``[open, high, low, close]``; a fifth number repeats the row that many times.
``tick`` (default 1, ``"infer"`` declares none), ``quote``, ``spread``, ``ask`` (rows), ``volume``, ``slice``
    The other properties of ``Candles``; a list of spreads holds values and ``[value, count]``; ``slice = [a, b]`` hands
    over ``candles[a:b]``.
``finer``, ``finer_ask``
    Rows of minutes for ``Rules(magnify=...)`` by candle, from its start on; a candle that is not named has none, but
    candle 0, which has one that is all of it.
``start_time``, ``minutes`` or ``times``
    First timestamp and step, or every timestamp in minutes after the start.
``orders``, ``exits`` or ``strategy``
    Fields of ``Order``, the ``at`` of each ``Exit``, or the arguments of ``Strategy``. There a list is a value per
    candle, ``{ long, short }`` a pair, ``{ percent }`` a distance in percent; a session is
    ``{ at, tz, weekdays }`` or ``{ between = [opens, closes], tz, weekdays }``; targets are pairs of
    a fraction and a distance.
``costs``, ``size``, ``instrument``, ``cash``, ``rules_options``, ``start``, ``end``
    The rest of what ``simulate`` takes; a size is a number or ``{ percent_equity }``, ``{ risk_percent }``,
    ``{ fixed_cash }``, ``{ volatility_target, volatility }``. In costs, ``spread = { hours, tz, default }`` is an
    ``HourlySpread``; ``slippage`` a number or ``{ ticks }``, ``{ percent }``, ``{ range }``, ``{ random, seed }``;
    ``financing`` and ``margin`` the arguments of ``Financing`` (``triple = "none"`` for None) and ``Margin``.
``trades``, ``rejected``, ``equity``, ``stats`` or ``error``
    What must come out. ``entry = [index, price]`` and ``exit = [index, price, reason]`` stand for five fields; other
    fields have their own names; ``ambiguous`` is false unless given. ``rejected`` is always compared, empty by default.
``modes``
    Trades by ``Rules(ambiguity=...)``, in place of ``trades``: "worst, olhc" = [...]. All five modes have to be named;
    there is a case for each, called after its ``id`` and mode.
``mirror``
    ``false`` keeps a case from also being run upside down (rule P2).
"""

from __future__ import annotations

import copy
import datetime
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import btcore as bt
from btcore.rules import AMBIGUITY_MODES

FOLDER = Path(__file__).resolve().parent
ORIGIN = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
MINUTE = 60_000_000_000
SIDES = {"long": 1, "short": -1}
ENTRY_KINDS = ("MARKET", "STOP", "LIMIT", "STOP_LIMIT", "CLOSE")
CONDITIONS = ("enter_long", "enter_short", "exit_long", "exit_short")
LEVELS = ("price", "limit_price", "trail_price", "stop_price", "target_price")
TRADE_PRICES = ("entry_price", "exit_price", "stop_price", "target_price", "exit_stop_price")
UPSIDE_DOWN = {"ohlc": "olhc", "olhc": "ohlc"}
SIZES = {"percent_equity": "PercentEquity", "risk_percent": "RiskPercent", "fixed_cash": "FixedCash"}


def nanoseconds(moment: datetime.datetime) -> int:
    """Nanoseconds since 1970 of a whole second."""
    return round(moment.timestamp()) * 1_000_000_000


def load_cases() -> list[dict[str, Any]]:
    """Every case of the folder, candles repeated out and trades with their full field names."""
    cases = []
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            case["candles"] = [row[:4] for row in case["candles"] for _ in range(row[4] if len(row) > 4 else 1)]
            if isinstance(case.get("spread"), list):
                case["spread"] = _repeated(case["spread"])
            case.setdefault("rejected", {})
            cases += by_mode(case) if "modes" in case else [case]
    for case in cases:
        case["trades"] = [_trade(trade) for trade in case.get("trades", [])]
    return cases


def by_mode(case: dict[str, Any]) -> list[dict[str, Any]]:
    """A case for each mode that a case with ``modes`` names."""
    shared = {name: value for name, value in case.items() if name != "modes"}
    cases = []
    for modes, trades in case["modes"].items():
        for mode in modes.split(", "):
            options = {**case.get("rules_options", {}), "ambiguity": mode}
            cases.append({**shared, "id": f"{case['id']}-{mode}", "rules_options": options, "trades": trades})
    assert {case["rules_options"]["ambiguity"] for case in cases} == set(AMBIGUITY_MODES), case["id"]
    return cases


def _repeated(values: list[Any]) -> list[float]:
    pairs = [value if isinstance(value, list) else [value, 1] for value in values]
    return [value for value, count in pairs for _ in range(count)]


def _trade(short: dict[str, Any]) -> dict[str, Any]:
    trade = {"ambiguous": False, **short}
    trade["side"] = SIDES[trade["side"]]
    trade["entry_index"], trade["entry_price"] = trade.pop("entry")
    trade["exit_index"], trade["exit_price"], reason = trade.pop("exit")
    trade["exit_reason"] = bt.ExitReason[reason]
    if "entry_kind" in trade:
        trade["entry_kind"] = ENTRY_KINDS.index(trade["entry_kind"])
    for name in ("entry_time", "exit_time"):
        if name in trade:
            trade[name] = nanoseconds(trade[name])
    return trade


def build(case: dict[str, Any]) -> tuple[Any, bt.Candles, dict[str, Any]]:
    """What ``simulate`` takes: strategy or orders, candles, and keyword arguments."""
    if "strategy" in case:
        trader: Any = bt.Strategy(**{name: _argument(name, value) for name, value in case["strategy"].items()})
    else:
        trader = [bt.Order(**{k: _argument(k, v) for k, v in order.items()}) for order in case.get("orders", [])]
        trader += [bt.Exit(at) for at in case.get("exits", [])]
    arguments = {name: case[name] for name in ("cash", "start", "end") if name in case}
    if "size" in case:
        arguments["size"] = _argument("size", case["size"])
    if "costs" in case:
        arguments["costs"] = _costs(case["costs"])
    candles = _candles(case)
    if case.keys() & {"rules_options", "finer"}:
        arguments["rules"] = bt.Rules(**case.get("rules_options", {}), magnify=_finer(case, candles))
    return trader, candles, arguments


def _finer(case: dict[str, Any], candles: bt.Candles) -> bt.Candles | None:
    if "finer" not in case:
        return None
    rows = {0: [case["candles"][0]], **{int(t): part for t, part in case["finer"].items()}}
    stamps = [candles.timestamp[t] + k * MINUTE for t in sorted(rows) for k in range(len(rows[t]))]
    options: dict[str, Any] = {"tick": candles.tick, "quote": candles.quote, "period": MINUTE}
    if "ask" in case:
        ask = {0: [case["ask"][0]], **{int(t): part for t, part in case["finer_ask"].items()}}
        columns = _columns([row for t in sorted(ask) for row in ask[t]])
        options["ask"] = bt.Candles(stamps, *columns, tick=candles.tick, quote="ask")
    return bt.Candles(stamps, *_columns([row for t in sorted(rows) for row in rows[t]]), **options)


def _candles(case: dict[str, Any]) -> bt.Candles:
    times = case.get("times", [i * case.get("minutes", 1) for i in range(len(case["candles"]))])
    stamps = np.array([nanoseconds(case.get("start_time", ORIGIN)) + t * MINUTE for t in times], dtype=np.int64)
    tick = case.get("tick", 1)
    options: dict[str, Any] = {"tick": None if tick == "infer" else tick, "quote": case.get("quote", "bid")}
    if "instrument" in case:
        options["instrument"] = bt.Instrument("GOLDEN", tick=options["tick"], **case["instrument"])
    if "finer" in case:
        options["period"] = case["minutes"] * MINUTE
    if "ask" in case:
        options["ask"] = bt.Candles(stamps, *_columns(case["ask"]), tick=options["tick"], quote="ask")
    spread = case.get("spread", 0.0)
    options["spread"] = np.array(spread, dtype=np.float64) if isinstance(spread, list) else spread
    candles = bt.Candles(stamps, *_columns(case["candles"]), case.get("volume"), **options)
    return candles[slice(*case["slice"])] if "slice" in case else candles


def _columns(rows: list[list[float]]) -> list[np.ndarray]:
    return [np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)]


def _argument(name: str, value: Any) -> Any:
    if name == "targets":
        return [(fraction, _argument("target", distance)) for fraction, distance in value]
    if isinstance(value, list):
        plain = name in CONDITIONS and all(isinstance(v, int) for v in value)
        return np.array(value, dtype=bool if plain else np.float64)
    if not isinstance(value, dict):
        return value
    if name == "session":
        between = value.get("between")
        rest = {key: part for key, part in value.items() if key != "between"}
        return bt.SessionEnd(**rest) if between is None else bt.between(*between, **rest)
    if "percent" in value:
        return bt.percent(value["percent"])
    if "long" in value:
        return _argument(name, value["long"]), _argument(name, value["short"])
    if "volatility_target" in value:
        return bt.VolatilityTarget(value["volatility_target"], _argument("volatility", value["volatility"]))
    ((kind, amount),) = value.items()
    return getattr(bt, SIZES[kind])(amount)


def _costs(given: dict[str, Any]) -> bt.Costs:
    options = dict(given)
    if isinstance(options.get("spread"), list):
        options["spread"] = np.array(options["spread"], dtype=np.float64)
    if isinstance(options.get("spread"), dict):
        hourly = dict(options["spread"])
        hours = {int(hour): spread for hour, spread in hourly.pop("hours").items()}
        options["spread"] = bt.HourlySpread(hours, **hourly)
    for name, make in (("commission", bt.Commission), ("financing", _financing), ("margin", bt.Margin)):
        if isinstance(options.get(name), dict):
            options[name] = make(**options[name])
    if isinstance(options.get("slippage"), dict):
        options["slippage"] = _slippage(**options["slippage"])
    if isinstance(options.get("conversion"), list):
        options["conversion"] = np.array(options["conversion"], dtype=np.float64)
    return bt.Costs(**options)


def _financing(**options: Any) -> bt.Financing:
    return bt.Financing(**{name: None if value == "none" else value for name, value in options.items()})


def _slippage(**options: Any) -> Any:
    if "random" in options:
        return bt.RandomSlippage(options["random"], options["seed"])
    ((kind, amount),) = options.items()
    return {"ticks": bt.TickSlippage, "percent": bt.PercentSlippage, "range": bt.RangeSlippage}[kind](amount)


def is_mirrorable(case: dict[str, Any]) -> bool:
    """Rule P2 holds without spread, financing and margin, with fixed units, without percentages, on a declared tick."""
    if not case.get("mirror", True) or case.keys() & {"spread", "ask", "error"} or case.get("tick") == "infer":
        return False
    costs = case.get("costs", {})
    if costs.keys() & {"spread", "financing", "margin"}:
        return False
    parts = [case.get("size"), costs.get("commission"), costs.get("slippage"), *case.get("strategy", {}).values()]
    parts += [value for order in case.get("orders", []) for value in order.values()]
    parts += [distance for _, distance in case.get("strategy", {}).get("targets", [])]
    tables = [part for part in parts if isinstance(part, dict)]
    return not any(t.keys() & {"percent", *SIZES} for t in tables)


def mirrored(case: dict[str, Any]) -> dict[str, Any]:
    """The same case upside down: prices p become K - p, high and low and the sides change places."""
    top = max(row[1] for row in case["candles"]) + min(row[2] for row in case["candles"])

    def flip(value: Any) -> Any:
        if isinstance(value, list):
            return [flip(v) for v in value]
        if isinstance(value, dict):
            return {side: flip(v) for side, v in value.items()}
        return round(top - value, 9)

    image = copy.deepcopy(case)
    image["candles"] = _flipped_rows(case["candles"], flip)
    if "finer" in case:
        image["finer"] = {t: _flipped_rows(rows, flip) for t, rows in case["finer"].items()}
    for order in image.get("orders", []):
        order["side"] = "short" if order["side"] == "long" else "long"
        order.update({name: flip(order[name]) for name in LEVELS if name in order})
    for trade in image["trades"]:
        trade["side"] = -trade["side"]
        trade.update({name: flip(trade[name]) for name in TRADE_PRICES if name in trade})
    options = image.get("rules_options", {})
    if "ambiguity" in options:
        options["ambiguity"] = UPSIDE_DOWN.get(options["ambiguity"], options["ambiguity"])
    if "strategy" in case:
        image["strategy"] = _mirrored_strategy(case["strategy"], flip)
    return image


def _flipped_rows(rows: list[list[float]], flip: Any) -> list[list[float]]:
    return [[flip(o), flip(low), flip(high), flip(c)] for o, high, low, c in rows]


def _mirrored_strategy(strategy: dict[str, Any], flip: Any) -> dict[str, Any]:
    image = {name: flip(value) if name in LEVELS else value for name, value in strategy.items()}
    for name, value in image.items():
        if isinstance(value, dict) and "long" in value:
            image[name] = {"long": value["short"], "short": value["long"]}
    turned = {c: c.replace("long", "?").replace("short", "long").replace("?", "short") for c in CONDITIONS}
    return {turned.get(name, name): value for name, value in image.items()}


def _cut(value: Any, length: int) -> Any:
    """The first values of a list, or of both lists of a pair."""
    if isinstance(value, dict) and "long" in value:
        return {side: _cut(part, length) for side, part in value.items()}
    return value[:length] if isinstance(value, list) else value


def prefix(case: dict[str, Any], length: int) -> dict[str, Any]:
    """The case as it was known after ``length`` candles, with the trades that were over by then (rule P1)."""
    early = {**case, "candles": case["candles"][:length]}
    for name in ("ask", "times", "volume", "spread"):
        if isinstance(case.get(name), list):
            early[name] = case[name][:length]
    for name in ("finer", "finer_ask"):
        if name in case:
            early[name] = {t: rows for t, rows in case[name].items() if int(t) < length}
    if "end" in case:
        early["end"] = min(case["end"], length)
    if "costs" in case:
        early["costs"] = {name: v[:length] if isinstance(v, list) else v for name, v in case["costs"].items()}
    if isinstance(case.get("size"), dict) and isinstance(case["size"].get("volatility"), list):
        early["size"] = {**case["size"], "volatility": case["size"]["volatility"][:length]}
    early["orders"] = [order for order in case.get("orders", []) if order["at"] < length]
    early["exits"] = [at for at in case.get("exits", []) if at < length]
    if "strategy" in case:
        early["strategy"] = {n: v if n == "targets" else _cut(v, length) for n, v in case["strategy"].items()}
    still_open = bt.ExitReason.END_OF_DATA
    early["trades"] = [t for t in case["trades"] if t["exit_index"] < length and t["exit_reason"] != still_open]
    return early
