"""The state of a simulation and the two fills that change it: enter and leave (rules X4, S1, S4)."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from btcore.costs import Costs
from btcore.deciders import WindowStrategy
from btcore.rules import Rules
from reference import charges, money
from reference.codes import EntryKind, ExitReason, RejectReason
from reference.entries import Entry, decisions
from reference.functions import FunctionDecisions
from reference.magnify import replays
from reference.market import Bar, Market
from reference.position import Fill, Position
from reference.sessions import Sessions

UNSLIPPED = (ExitReason.TP, ExitReason.TP_GAP, ExitReason.TP_AT_ENTRY, ExitReason.END_OF_DATA)


@dataclass
class ReferenceResult:
    """Trades in the order of their exits, rejections by reason, equity at each close, and what E2 counts."""

    trades: list[dict[str, Any]] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)
    equity: list[float] = field(default_factory=list)
    limit_fills: int = 0
    exact_touches: int = 0


def decisions_of(plan: Any, candles: Any, size: Any) -> Any:
    """What decides: a function, conditions or a list."""
    if isinstance(plan, WindowStrategy):
        return FunctionDecisions(plan, candles, 1.0 if size is None else size)
    return decisions(plan, candles, size)


class Account:
    """The orders that wait and the positions that are open, the realised equity, the result so far.

    ``shown`` are the candles that ``t`` counts: those of the simulation, or finer ones while candle ``replayed`` of the
    simulation is replayed by them.
    """

    replayed: int | None

    def __init__(self, plan: Any, candles: Any, costs: Costs, size: Any, cash: float, rules: Rules, last: int) -> None:
        self.first = 0  # index of the first candle among those that random slippage counts
        self.market = Market.of(candles, costs.spread)
        self.finer, self.replays = self.market, {}
        if rules.magnify is not None:
            self.finer, self.replays = replays(candles, rules.magnify, self.market)
        self.shown, self.replayed = self.market, None
        self.grid = self.market.grid
        self.decisions = decisions_of(plan, candles, size)
        self.costs, self.rules, self.instrument = costs, rules, candles.instrument
        self.rates = charges.rates(costs.conversion, self.market.time)
        self.nights = charges.nights(costs.financing, self.market.time)
        self.through = rules.limit_through_ticks * self.grid.units_per_tick
        self.last = last
        self.sessions = Sessions.of(getattr(plan, "session", None), candles)
        self.equity = cash
        self.slots: int = getattr(plan, "max_positions", 1)
        self.orders: list[Entry] = []
        self.positions: list[Position] = []
        self.entries_filled = 0
        self.rejected: Counter[RejectReason] = Counter()
        self.result = ReferenceResult()

    def enter(
        self, t: int, order: Entry, base: int, *, inside: bool = False, by_limit: bool = False
    ) -> Position | None:
        """Fill the order; limits are not slipped (S1). A market order gets its size here and may be refused (S4)."""
        self.orders.remove(order)
        spread = (self.shown.close_spread if order.kind == EntryKind.CLOSE else self.shown.spread)[t]
        t, inside = self.candle_of(t), inside or self.replayed is not None
        limit = order.kind in (EntryKind.LIMIT, EntryKind.STOP_LIMIT)
        bar = self.market.entry_bar(order.side, t)
        slip = 0 if limit else self.slip(t, bar, base, (self.entries_filled, False))
        fill = Fill(base, base + order.side * slip, slip, spread)
        size = order.resting_size
        if order.kind == EntryKind.MARKET:
            size = self.size_of(order, fill.price, self.equity_at_close(t - 1), self.rates[t])
            reason = money.refused_size(size, self.instrument)
            if reason is not None:
                self.rejected[reason] += 1
                return None
        stop, target = order.stop_units(self.grid, fill.price), order.target_units(self.grid, fill.price)
        position = Position(
            self.grid, order, order.side, self.entries_filled, t, fill, inside, by_limit, size, stop, target
        )
        position.entry_fee = self.fee(fill.price, size, self.rates[t])
        order.filled = size, position.entry_fee
        position.rungs = self.rungs_of(order, fill.price, size)
        position.target = position.rungs[0][0] if position.rungs else target
        position.start()
        if order.kind != EntryKind.CLOSE:
            live = self.decisions.live_trail(t - 1, order.side)
            position.move_live(live)
            position.live_start = None if live is None else position.trail_level
        self.positions.append(position)
        self.entries_filled += 1
        return position

    def leave(self, t: int, position: Position, reason: ExitReason, base: int, *, at_close: bool = False) -> None:
        """Rules X4 and S1: one fill ends the position; targets and the valuation at the end are not slipped."""
        self.positions.remove(position)
        self.record(t, position, reason, base, at_close=at_close)

    def take_target(self, t: int, position: Position, reason: ExitReason, base: int) -> None:
        """Rule X9: the nearest target fills, for all or for a part, which bears its share of the entry's commission."""
        part = position.rungs[0][1] if position.rungs else None
        if part is None or part >= position.size:
            self.leave(t, position, reason, base)
            return
        leaving = copy.copy(position)
        whole_size, whole_fee = position.order.filled
        leaving.size, leaving.entry_fee = part, whole_fee * (part / whole_size)
        position.size = position.size - part
        position.entry_fee = position.entry_fee - leaving.entry_fee
        self.record(t, leaving, reason, base)
        position.rungs = position.rungs[1:]
        position.target = position.rungs[0][0] if position.rungs else None

    def rungs_of(self, order: Entry, origin: int, size: float) -> list[tuple[int, float | None]]:
        """Rule X9: targets by their distance with the size that each takes, in whole lots; of none where that is 0."""
        targets = sorted(
            ((distance.units(self.grid, origin), fraction) for fraction, distance in order.targets),
            key=lambda target: target[0],
        )
        parts: list[float | None] = [money.tradable_size(fraction * size, self.instrument) for _, fraction in targets]
        if parts and sum(fraction for fraction, _ in order.targets) >= 1 - 1e-9:
            parts[-1] = None
        levels = [origin + order.side * distance for distance, _ in targets]
        return [(level, part) for level, part in zip(levels, parts, strict=True) if part is None or part > 0]

    def record(self, t: int, position: Position, reason: ExitReason, base: int, *, at_close: bool = False) -> None:
        """Rule S1, T1: write down what leaves."""
        spread = (self.shown.close_spread if at_close else self.shown.spread)[t]
        t = self.candle_of(t)
        bar = self.market.exit_bar(position.side, t)
        slip = 0 if reason in UNSLIPPED else self.slip(t, bar, base, (position.number, True))
        fill = Fill(base, base - position.side * slip, slip, spread)
        position.count(fill.price)
        fees = position.entry_fee + self.fee(fill.price, position.size, self.rates[t])
        charged = money.Charged(fees, self.financing(position, t), self.rates[t])
        trade = money.trade_record(position, fill, t, reason, charged, self.market.time)
        self.equity = self.equity + trade["net"]
        self.result.trades.append(trade)

    def slip(self, t: int, bar: Bar, base: int, fill: tuple[int, bool]) -> int:
        """Rule S1 for a fill that slips."""
        return charges.slip(self.costs.slippage, self.grid, self.first + t, bar, base, fill)

    def candle_of(self, t: int) -> int:
        """The candle on which a fill is reported that happens on candle ``t`` of those that are shown."""
        return t if self.replayed is None else self.replayed

    def moment(self, t: int) -> tuple[int, int]:
        """What tells candle ``t`` of those that are shown from all others: its candle, and which finer one it is."""
        return (t, 0) if self.replayed is None else (self.replayed, t - self.replays[self.replayed][0])

    def fee(self, price: int, size: float, rate: float) -> float:
        """Rule S2 for one fill."""
        return money.commission(
            self.costs.commission, self.grid.price(price), size, float(self.instrument.contract_size), rate
        )

    def financing(self, position: Position, t: int) -> float:
        """Rule S3: the nights from the entry to the open of candle ``t``."""
        rate, lot = self.rates[position.entry_index], float(self.instrument.contract_size)
        night = charges.night(self.costs.financing, self.grid, position.side, position.entry.price, lot, rate)
        return max(0, self.nights[t] - self.nights[position.entry_index]) * (night * position.size)

    def size_of(self, order: Entry, origin: int, equity: float, rate: float) -> float:
        """Rule S4 for an entry at ``origin``."""
        risk = order.risk_units(self.grid, origin)
        distance = money.price_or_nan(self.grid, risk)
        wanted = money.wanted_size(order.size, self.grid.price(origin), equity, distance, rate)
        return money.tradable_size(wanted, self.instrument)

    def settled(self, t: int) -> float:
        """What is realised, less what the open positions have cost until candle ``t``: entries and nights."""
        equity = self.equity
        for position in self.positions:
            equity = equity - position.entry_fee
        return equity - sum(self.financing(position, t) for position in self.positions)

    def equity_at_close(self, t: int) -> float:
        """Rule T4: realised, and the positions open by then at the exit side, without exit costs."""
        equity = self.settled(t)
        for position in self.positions:
            if position.entry_index <= t:
                close = self.market.exit_bar(position.side, t).close
                equity = equity + money.open_profit(position, close) * self.rates[t]
        return equity

    def staying(self) -> int:
        """Open positions that are not certain to leave at the next open (rule D4)."""
        return sum(not position.leaving for position in self.positions)

    def drop_order(self, order: Entry, reason: RejectReason) -> None:
        """Rule D9: count why the order ended."""
        self.rejected[reason] += 1
        self.orders.remove(order)

    def count_limit_fill(self, filled: bool, *, exact: bool) -> None:
        """Rule E2: the share of exact touches among limits filled inside their candle."""
        self.result.limit_fills += filled
        self.result.exact_touches += filled and exact
