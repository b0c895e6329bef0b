"""A result as a person reads it: header, figures, rejected orders, notes, trades."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from btcore.candles import Candles
from btcore.cli.figures import FIGURES, REASONS
from btcore.cli.strategies import Loaded
from btcore.cli.text import count, decimal, moment, period, price_decimals, print_table, say, share, step, table
from btcore.costs import Costs
from btcore.results import ExitReason, Result, Trades
from btcore.strategy import Strategy

AMBIGUOUS_WORTH_SAYING = 0.01


def show_header(console: Console, data: str, candles: Candles, loaded: Loaded, settings: Mapping[str, Any]) -> None:
    """Which candles, which strategy, under which conditions."""
    say(console, f"{candles.symbol or Path(data).name}: {describe(candles)}")
    say(console, str(loaded))
    given = {name: value for name, value in settings.items() if value and name != "commission"}
    given |= {f"commission {name}": value for name, value in settings["commission"].items() if value}
    say(console, ", ".join(f"{name} {_plain(value)}" for name, value in given.items()))
    console.print()


def show_figures(console: Console, result: Result) -> None:
    """Statistics and rejected orders."""
    figures = table("Figure", "Value", "Unit")
    figures.columns[2].justify = "left"
    known = {key for key, *_ in FIGURES}
    rows = [(name, write(result.stats[key]), unit) for key, name, write, unit in FIGURES if key in result.stats]
    rows += [(key, decimal(value), "") for key, value in result.stats.items() if key not in known]
    for row in rows:
        figures.add_row(*row)
    print_table(console, figures)
    if result.rejected:
        rejected = table("Rejected orders", "Number", "Because")
        rejected.columns[2].justify = "left"
        for reason, number in result.rejected.items():
            rejected.add_row(reason, count(number), REASONS.get(reason, ""))
        console.print()
        print_table(console, rejected)


def describe(candles: Candles) -> str:
    """One line about candles."""
    spread = candles.spread
    parts = [
        f"{count(len(candles))} candles of {period(candles.period)}",
        f"{moment(candles.timestamp[0])} to {moment(candles.timestamp[-1])} UTC",
        candles.quote + (" with ask" if candles.ask is not None else ""),
        f"tick {step(candles.tick)}",
    ]
    if isinstance(spread, np.ndarray):
        parts.append("spread per candle")
    elif spread:
        parts.append(f"spread {_plain(spread)}")
    return ", ".join(parts)


def notes(loaded: Loaded, candles: Candles, result: Result, conditions: Mapping[str, Any]) -> list[str]:
    """What a reader of the figures should know before believing them."""
    stats, found = result.stats, []
    if not stats["trades"]:
        found.append("no trade was made: the entry conditions never held, or every order was rejected (see above)")
    if stats["ambiguous_share"] > AMBIGUOUS_WORTH_SAYING:
        found.append(
            f"{share(stats['ambiguous_share'])} of the exits are ambiguous: their candle allows a better outcome than "
            "the one that was booked; result.ambiguity() shows what hangs on it, finer candles would tell"
        )
    if stats["end_of_data"]:
        were = "trade was" if stats["end_of_data"] == 1 else "trades were"
        found.append(f"{count(stats['end_of_data'])} {were} still open at the end and valued at the last close")
    if stats["max_drawdown_percent"] >= 100:
        found.append("the account lost all it held; what follows after that is arithmetic, not trading")
    if conditions["size"] is None and isinstance(loaded.orders, Strategy) and loaded.orders.size is None:
        found.append("every position is 1 unit; --size changes it")
    if _is_free(candles, conditions["costs"]):
        found.append("trading cost nothing: see --spread, --slippage and --commission")
    if candles.tick_inferred:
        found.append(f"the tick {step(candles.tick)} was inferred from the prices; --tick declares it")
    found += [f"repair {name} changed {count(number)} rows" for name, number in candles.repairs.items() if number]
    return found


def show_notes(console: Console, lines: list[str]) -> None:
    """Each note on a line of its own."""
    if lines:
        console.print()
    for line in lines:
        say(console, f"Note: {line}.")


def show_trades(console: Console, trades: Trades, candles: Candles, number: int) -> None:
    """The first and the last `number` trades."""
    if number == 0 or len(trades) == 0:
        return
    decimals = price_decimals(candles.tick if candles.quote != "mid" else candles.tick / 2)
    shown = table("Entry (UTC)", "Side", "Price", "Exit price", "Reason", "Candles", "Net", left=2)
    shown.columns[4].justify = "left"
    is_cut = len(trades) > 2 * number
    for trade in trades[:number] if is_cut else trades:
        shown.add_row(*_trade_row(trade, decimals))
    if is_cut:
        shown.add_row("...")
        for trade in trades[-number:]:
            shown.add_row(*_trade_row(trade, decimals))
    console.print()
    print_table(console, shown)


def _trade_row(trade: Any, decimals: int) -> tuple[str, ...]:
    return (
        moment(trade["entry_time"]),
        "long" if trade["side"] > 0 else "short",
        f"{trade['entry_price']:.{decimals}f}",
        f"{trade['exit_price']:.{decimals}f}",
        ExitReason(trade["exit_reason"]).name,
        count(trade["bars"]),
        decimal(float(trade["net"])),
    )


def _is_free(candles: Candles, costs: Costs) -> bool:
    spread = candles.spread if costs.spread is None else costs.spread
    commission = costs.commission
    parts = (commission.per_trade, commission.per_unit, commission.per_lot, commission.percent, commission.minimum)
    return candles.ask is None and not np.any(spread) and not costs.slippage and not any(parts)


def _plain(value: Any) -> str:
    return f"{value:,.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
