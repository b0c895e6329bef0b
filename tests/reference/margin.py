"""Rule S6: where the equity is too small for the positions, and who leaves there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from reference import money
from reference.codes import EntryKind, ExitReason
from reference.ticks import nearest

if TYPE_CHECKING:
    from reference.engine import Run
    from reference.position import Position


class Quote(NamedTuple):
    """Both sides of the market at one moment."""

    bid: int
    ask: int

    def of(self, side: int) -> int:
        """The price at which a position on ``side`` leaves."""
        return self.bid if side > 0 else self.ask


class StopOut(NamedTuple):
    """The level at which the equity is too small: on the exit side of ``side``, the side that is held net."""

    side: int
    level: int
    at_once: bool

    def reached_by(self, price: int) -> bool:
        """Whether a price of that exit side is at the level or beyond."""
        return self.side * (price - self.level) <= 0


def stop_out(run: Run, t: int, now: Quote) -> StopOut | None:
    """The level, as seen from the moment ``now`` of candle ``t``; None where nothing is held net."""
    net = sum(position.side * position.size for position in run.positions)
    if net == 0:
        return None
    candle = run.candle_of(t)
    equity, rate = run.settled(candle), run.rates[candle]
    used = 0.0
    for position in run.positions:
        equity = equity + money.open_profit(position, now.of(position.side)) * rate
        entry = abs(run.grid.price(position.entry.price))
        used = used + entry * position.size * run.rates[position.entry_index]
    used = used / run.costs.margin.leverage
    room = (equity - run.costs.margin.stop_out * used) / (abs(net) * rate)
    if math.isnan(room):  # amounts beyond a float say nothing
        return None
    side = 1 if net > 0 else -1
    if room <= 0:
        return StopOut(side, now.of(side), True)
    return StopOut(side, now.of(side) - side * nearest(run.grid.units(room), +1), False)


def at_open(run: Run, t: int) -> None:
    """Positions that were open before: all leave at an open that is beyond the level."""
    now = Quote(run.shown.bid[t].open, run.shown.ask[t].open)
    danger = stop_out(run, t, now)
    if danger is not None and danger.at_once:
        for position in list(run.positions):
            run.leave(t, position, ExitReason.LIQUIDATED, now.of(position.side))


def inside(run: Run, t: int) -> None:
    """Stops nearer than the level first, the tightest of them before the others; then all at the level."""
    now = Quote(run.shown.bid[t].open, run.shown.ask[t].open)
    way: dict[int, int] = {}  # by side: how far the price has come on its way to the level
    while (danger := stop_out(run, t, now)) is not None:
        side = danger.side
        level = side * min(side * danger.level, side * way.get(side, danger.level))
        danger = StopOut(side, level, danger.at_once and level == danger.level)
        if not danger.reached_by(run.shown.exit_bar(side, t).worst(side)):
            return
        stopped = [p for p in run.positions if p.side == side and p.stopped_at(level)]
        if not stopped:
            liquidate(run, t, danger, now, certain=True)
            return
        first = max(stopped, key=lambda p: side * p.in_force()[0])
        way[side] = first.in_force()[0]
        run.exit_inside(t, first)


def after_entry(run: Run, t: int, position: Position, kind: EntryKind) -> None:
    """A position was just entered inside the candle: from there the level may be reached; its own stop comes first."""
    leave = run.exit_side_of(t, position)
    now = Quote(leave, position.entry.base) if position.side > 0 else Quote(position.entry.base, leave)
    danger = stop_out(run, t, now)
    if danger is None:
        return
    bar = run.shown.exit_bar(danger.side, t)
    if not danger.at_once and not danger.reached_by(bar.worst(danger.side)):
        return
    if position.side == danger.side and position.stopped_at(danger.level):
        return
    on_the_way = kind == EntryKind.LIMIT and position.side == danger.side
    liquidate(run, t, danger, now, certain=danger.at_once or on_the_way or danger.reached_by(bar.close))


def liquidate(run: Run, t: int, danger: StopOut, now: Quote, *, certain: bool) -> None:
    """All leave at the level, the other side at the same moment; a target on the way is filled instead."""
    spread = run.shown.spread[t]
    at = Quote(danger.level, danger.level + spread) if danger.side > 0 else Quote(danger.level - spread, danger.level)
    if danger.at_once:
        at = now
    for position in list(run.positions):
        bar, side = run.shown.exit_bar(position.side, t), position.side
        price = min(max(at.of(side), bar.low), bar.high)
        target = position.target_at(bar.best(side), run.through)
        position.doubtful = position.doubtful or not certain or (target and side == danger.side)
        while position in run.positions and position.target_at(price, run.through):
            run.leave_at_target(t, position, None)
        if position in run.positions:
            run.leave(t, position, ExitReason.LIQUIDATED, price)
