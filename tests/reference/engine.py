"""The loop over candles. Each candle is taken as: its open, its inside, its close, the decision at its close.

Read ``Run.candle`` first, then the four steps in their order, each next to its section of docs/fill-rules.md.
"""

from __future__ import annotations

from typing import Any

from btcore.costs import Costs
from btcore.errors import ParameterError
from btcore.rules import Rules
from reference import margin, money
from reference.account import Account, ReferenceResult
from reference.codes import EntryKind, ExitReason, RejectReason
from reference.entries import RESTING, Entry
from reference.market import Bar
from reference.paths import decided
from reference.position import Position


def simulate(
    strategy_or_orders: Any,
    candles: Any,
    *,
    costs: Costs | None = None,
    size: Any = None,
    cash: float = 10_000.0,
    rules: Rules | None = None,
    start: int | None = None,
    end: int | None = None,
    first: int = 0,
) -> ReferenceResult:
    """Run a strategy, or a list of orders, over candles ``[start, end)`` (indices), as ``btcore.simulate`` does.

    ``first`` is the index that random slippage gives the first candle: not 0 where a slice stands for a window.
    """
    count = len(candles.close)
    start, end = 0 if start is None else start, count if end is None else end
    if not 0 <= start <= end <= count:
        raise ParameterError(f"start and end must satisfy 0 <= start <= end <= {count}, got {start} and {end}")
    run = Run(strategy_or_orders, candles, costs or Costs(), size, float(cash), rules or Rules(), end - 1)
    run.first = first
    for t in range(start, end):
        run.candle(t)
    run.result.rejected = {reason.name: run.rejected[reason] for reason in RejectReason if run.rejected[reason]}
    return run.result


class Run(Account):
    """The steps of a candle, in their order; the account keeps what they change."""

    def candle(self, t: int) -> None:
        """One candle."""
        self.move_live_trails(t)
        self.at_open(t)
        self.inside(t)
        self.at_close(t)
        self.decide(t)
        self.enter_at_close(t)
        self.result.equity.append(self.equity_at_close(t))

    def move_live_trails(self, t: int) -> None:
        """Rule X6: what a live trail said at the close before is in force now."""
        for position in self.positions:
            position.move_live(self.decisions.live_trail(t - 1, position.side))

    # The open: X1, then the entries decided before, then E4.

    def at_open(self, t: int) -> None:
        """Rule X1 for the open positions, then the orders that wait; the older first (rule D10)."""
        for position in list(self.positions):
            self.exit_at_open(t, position)
        if self.costs.margin is not None:
            margin.at_open(self, t)
        for order in list(self.orders):
            self.enter_at_open(t, order)

    def exit_at_open(self, t: int, position: Position) -> None:
        """Rules X1 and X3: signal, a session that ended while candles were missing, stop passed, target passed."""
        price = self.shown.exit_bar(position.side, t).open
        if position.leaving:
            self.leave(t, position, ExitReason.SIGNAL, price)
        elif self.replayed is None and self.sessions.ended_before(t):
            self.leave(t, position, ExitReason.SESSION, price)
        elif position.stopped_at(price):
            self.leave(t, position, ExitReason.TRAIL_GAP if position.in_force()[1] else ExitReason.SL_GAP, price)
        else:
            while position in self.positions and position.target_at(price, self.through):
                self.take_target(t, position, ExitReason.TP_GAP, self.gap_price(price, position.target))

    def gap_price(self, price: int, level: int) -> int:
        """Where a limit fills that the open has passed: at the open, or by choice at its own price (E2, X1)."""
        return level if self.rules.limit_gap == "limit" else price

    def enter_at_open(self, t: int, order: Entry) -> None:
        """Rules D2, E1, E2 at the open."""
        price = self.shown.entry_bar(order.side, t).open
        beyond = order.side * (price - order.level)
        position = None
        if order.kind == EntryKind.MARKET or (order.kind == EntryKind.STOP and beyond >= 0):
            position = self.enter(t, order, price)
        elif order.kind == EntryKind.LIMIT and -beyond >= self.through:
            position = self.enter(t, order, self.gap_price(price, order.level), by_limit=True)
        elif order.kind == EntryKind.STOP_LIMIT:
            position = self.stop_limit_at_open(t, order, price)
        if position is not None:
            self.already_beyond(t, position)

    def stop_limit_at_open(self, t: int, order: Entry, price: int) -> Position | None:
        """Rule E3: an open at or beyond the trigger triggers; triggered by now, the limit fills at the open by E2."""
        if order.triggered is None and order.side * (price - order.level) >= 0:
            order.triggered = self.moment(t)
        if order.triggered is None or order.side * (order.limit - price) < self.through:
            return None
        return self.enter(t, order, self.gap_price(price, order.limit), by_limit=True)

    def already_beyond(self, t: int, position: Position) -> None:
        """Rule E4 after a fill at the open: out at that open, whatever ``limit_gap`` says of limits that rested."""
        price = self.shown.exit_bar(position.side, t).open
        if position.stopped_at(price):
            self.leave(t, position, ExitReason.SL_AT_ENTRY, price)
        else:
            while position in self.positions and position.target_at(price, self.through):
                self.take_target(t, position, ExitReason.TP_AT_ENTRY, price)

    # Inside the candle: X2, then the resting orders (E1, E2) followed by E4 and X5.

    def inside(self, t: int) -> None:
        """What happens between open and close: at once, or finer candle by finer candle (rule X2, ``magnify``)."""
        finer = self.replays.get(t)
        if finer is None:
            self.between(t)
            return
        self.shown, self.replayed = self.finer, t
        for k in finer:
            if k > finer[0]:
                self.at_open(k)
            self.between(k)
        self.shown, self.replayed = self.market, None

    def between(self, t: int) -> None:
        """What happens between the open and the close of a candle that is shown."""
        if self.costs.margin is not None:
            margin.inside(self, t)
        for position in list(self.positions):
            self.exit_inside(t, position)
        for order in list(self.orders):
            self.enter_inside(t, order)

    def exit_inside(self, t: int, position: Position) -> None:
        """Rule X2 for a position that was open before the inside of the candle."""
        self.leave_by_path(t, position, None)

    def leave_by_path(self, t: int, position: Position, kind: EntryKind | None) -> None:
        """Rules X2, X5 and X9; ``kind`` is that of an entry inside this candle."""
        bar = self.shown.exit_bar(position.side, t)
        outcome, doubtful = decided(self.rules.ambiguity, position, bar, self.through, kind)
        position.doubtful = position.doubtful or doubtful
        for _ in range(outcome.targets):
            self.leave_at_target(t, position, bar.open if kind is None else None)
        if not outcome.unstopped:
            self.leave_at_stop(t, position)

    def enter_inside(self, t: int, order: Entry) -> None:
        """Rules E1 to E3 inside the candle."""
        if order.kind == EntryKind.STOP:
            self.stop_inside(t, order)
        elif order.kind == EntryKind.LIMIT:
            self.limit_inside(t, order, order.level)
        elif order.triggered is None:
            self.trigger_inside(t, order)
        elif order.triggered == self.moment(t):
            self.limit_by_close(t, order, EntryKind.LIMIT)
        else:
            self.limit_inside(t, order, order.limit)

    def stop_inside(self, t: int, order: Entry) -> None:
        """Rule E1, and what X5 says of an entry by a stop."""
        bar, side = self.shown.entry_bar(order.side, t), order.side
        if side * (bar.best(side) - order.level) >= 0:
            position = self.enter(t, order, order.level, inside=True)
            self.rest_of_entry_candle(t, position, EntryKind.STOP)

    def limit_inside(self, t: int, order: Entry, limit: int) -> None:
        """Rule E2, and what X5 says of an entry by a limit."""
        bar, side = self.shown.entry_bar(order.side, t), order.side
        if side * (limit - bar.worst(side)) < self.through:
            return
        self.count_limit_fill(True, exact=bar.worst(side) == limit)
        position = self.enter(t, order, self.inside_price(bar, side, limit), inside=True, by_limit=True)
        self.rest_of_entry_candle(t, position, EntryKind.LIMIT)

    def inside_price(self, bar: Bar, side: int, limit: int) -> int:
        """At the limit; one that the open had already beaten, but not by enough, fills at the open (E2)."""
        return self.gap_price(bar.open, limit) if side * (limit - bar.open) > 0 else limit

    def trigger_inside(self, t: int, order: Entry) -> None:
        """Rule E3: the trigger is reached inside the candle; a limit at or beyond it fills there, like a stop (E1)."""
        bar, side = self.shown.entry_bar(order.side, t), order.side
        if side * (bar.best(side) - order.level) < 0:
            return
        order.triggered = self.moment(t)
        if side * (order.limit - order.level) >= 0:
            self.stop_inside(t, order)
        else:
            self.limit_by_close(t, order, EntryKind.STOP_LIMIT)

    def limit_by_close(self, t: int, order: Entry, kind: EntryKind) -> None:
        """Rule E3: on the candle of the trigger only the close proves that the limit was reached after it.

        A limit that the open triggered has rested since, so the rest of the candle is as after a limit entry.
        """
        bar, side = self.shown.entry_bar(order.side, t), order.side
        if side * (order.limit - bar.close) < self.through:
            return
        self.count_limit_fill(True, exact=bar.worst(side) == order.limit)
        price = self.inside_price(bar, side, order.limit) if kind == EntryKind.LIMIT else order.limit
        position = self.enter(t, order, price, inside=True, by_limit=True)
        self.rest_of_entry_candle(t, position, kind)

    def rest_of_entry_candle(self, t: int, position: Position | None, kind: EntryKind) -> None:
        """Rule E4 for a fill inside the candle, then X5 for an entry that acted as ``kind``."""
        if position is None:
            return
        price = self.exit_side_of(t, position)
        if position.stopped_at(price):
            self.leave(t, position, ExitReason.SL_AT_ENTRY, price)
            return
        if self.costs.margin is not None:
            margin.after_entry(self, t, position, kind)
        if position in self.positions:
            self.leave_by_path(t, position, kind)

    def exit_side_of(self, t: int, position: Position) -> int:
        """The exit side at the moment of a fill inside the candle; it never left its own candle."""
        bar = self.shown.exit_bar(position.side, t)
        return min(max(position.entry.base - position.side * self.shown.spread[t], bar.low), bar.high)

    def leave_at_stop(self, t: int, position: Position) -> None:
        """At the stop in force; its kind names the exit (rule X6)."""
        level, trailing = position.in_force()
        self.leave(t, position, ExitReason.TRAIL if trailing else ExitReason.SL, level)

    def leave_at_target(self, t: int, position: Position, opened: int | None) -> None:
        """At the target; at the open where that was beyond it already, but not by enough to fill there (E2)."""
        passed = opened is not None and position.side * (opened - position.target) > 0
        price = self.gap_price(opened, position.target) if passed else position.target
        extreme = self.shown.exit_bar(position.side, t).best(position.side)
        self.count_limit_fill(True, exact=extreme == position.target)
        self.take_target(t, position, ExitReason.TP, price)

    # The close: X3, X8, then what holds from the next candle on (X6, T3), and the life of a resting order (D3).

    def at_close(self, t: int) -> None:
        """Rules X3 and X8, then stops and excursions of what stays open, then D3."""
        for position in list(self.positions):
            self.exit_at_close(t, position)
        for order in list(self.orders):
            if order.expiry is not None and t - order.at >= order.expiry:
                self.drop_order(order, RejectReason.EXPIRED)
            elif t == self.last:
                self.drop_order(order, RejectReason.UNFILLED)

    def exit_at_close(self, t: int, position: Position) -> None:
        """Rules X3 and X8; a position that stays counts the candle."""
        bar, bars = self.shown.exit_bar(position.side, t), position.bars(t)
        if position.order.max_bars is not None and bars >= position.order.max_bars:
            self.leave(t, position, ExitReason.TIME, bar.close, at_close=True)
        elif self.sessions.ends_in(t):
            self.leave(t, position, ExitReason.SESSION, bar.close, at_close=True)
        elif t == self.last:
            self.leave(t, position, ExitReason.END_OF_DATA, bar.close, at_close=True)
        else:
            position.count_candle(t, bar)
            position.move_stops(t, bar)

    # The decision at the close: D1, D4 to D7, D9.

    def decide(self, t: int) -> None:
        """Exits first, then each entry on its own."""
        self.decisions.ask(t, self)
        for position in self.positions:
            position.leaving = position.leaving or self.decisions.exits(t, position.side)
        entries = self.decisions.entries(t)
        conflict = self.decisions.entries_conflict and len(entries) > 1
        for order in entries:
            reason = self.refusal(t, order, conflict)
            if reason is not None:
                self.rejected[reason] += 1
                continue
            if self.staying() + len(self.orders) >= self.slots:
                self.drop_order(self.orders[0], RejectReason.REPLACED)
            self.orders.append(order)

    def enter_at_close(self, t: int) -> None:
        """Rule D2: what was decided for this very close fills there; its candle counts with its close alone (T3)."""
        for order in list(self.orders):
            if order.kind == EntryKind.CLOSE:
                position = self.enter(t, order, self.shown.entry_bar(order.side, t).close)
                if position is not None:
                    position.count(self.shown.exit_bar(position.side, t).close)

    def refusal(self, t: int, order: Entry, conflict: bool) -> RejectReason | None:
        """Rule D9: the first reason that applies."""
        if t == self.last:
            return RejectReason.NO_NEXT_BAR
        if self.staying() >= self.slots:
            return RejectReason.IN_POSITION
        if conflict:
            return RejectReason.CONFLICT
        if order.lacks_a_number():
            return RejectReason.NAN_LEVEL
        if order.kind in RESTING:
            order.place(self.grid)
        elif order.kind == EntryKind.CLOSE:
            bar = self.shown.entry_bar(order.side, t)
            order.level = bar.close + order.side * self.slip(t, bar, bar.close, (self.entries_filled, False))
        if order.on_wrong_side(self.grid):
            return RejectReason.WRONG_SIDE
        if order.kind == EntryKind.MARKET:
            return None
        order.resting_size = self.size_of(order, order.own_price(), self.equity_at_close(t), self.rates[t])
        return money.refused_size(order.resting_size, self.instrument)
