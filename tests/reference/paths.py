"""Rules X2 and X5: the orders in which a candle can have shown its prices, and what each order does to a position.

A candle tells its extremes, not their order. A position that was entered inside it was entered on the way to the
extreme that filled its order: to the better one by a stop order, to the worse one by a limit order. A stop-limit that
only the close proves to have filled was triggered on the way to the better extreme and filled on a way back from there.
"""

from __future__ import annotations

from typing import NamedTuple

from reference.codes import EntryKind
from reference.market import Bar
from reference.position import Position

BETTER_FIRST, WORSE_FIRST = ("better", "worse"), ("worse", "better")
ORDERS = (BETTER_FIRST, WORSE_FIRST)
FILLED_BY = {EntryKind.STOP: "better", EntryKind.LIMIT: "worse"}
PROVEN = EntryKind.STOP_LIMIT


class Outcome(NamedTuple):
    """What a path does to a position; the greater of two outcomes is the better one."""

    targets: int
    unstopped: bool


def last_leg(order: tuple[str, str], kind: EntryKind | None) -> int:
    """The last leg (0: to the first extreme) on which the entry can have happened; ``kind`` None: before the candle."""
    if kind == PROVEN:
        return order.index("better") + 1
    return 0 if kind is None else order.index(FILLED_BY[kind])


def rest_of(order: tuple[str, str], leg: int) -> tuple[str, ...]:
    """The points of a path that follow an entry on its leg ``leg``."""
    return (*order[leg:], "close")


def possible(kind: EntryKind | None) -> list[tuple[str, ...]]:
    """Every path of the candle from the entry on."""
    return [rest_of(order, leg) for order in ORDERS for leg in range(last_leg(order, kind) + 1)]


def straight(order: tuple[str, str], kind: EntryKind | None) -> tuple[str, ...]:
    """The path of straight lines from point to point: the price is first seen on the leg to the extreme beyond it."""
    return rest_of(order, last_leg(order, kind))


def walk(path: tuple[str, ...], position: Position, bar: Bar, through: int) -> Outcome:
    """What the points of a path reach: targets until there is nothing left or the stop takes the rest (rule X9)."""
    levels, taken = position.target_levels(), 0
    side = position.side
    price = {"better": bar.best(side), "worse": bar.worst(side), "close": bar.close}
    for point in path:
        if position.stopped_at(price[point]):
            return Outcome(taken, unstopped=False)
        taken = max(taken, sum(side * (price[point] - level) >= through for level in levels))
        if taken and taken == len(levels) and position.last_target_takes_all():
            break
    return Outcome(taken, unstopped=True)


def order_of(mode: str, side: int, bar: Bar) -> tuple[str, str] | None:
    """Which extreme comes first under a mode that has a path; None: it has none, or the extremes are equally near."""
    if mode == "open_nearest":
        better, worse = abs(bar.best(side) - bar.open), abs(bar.worst(side) - bar.open)
        return None if better == worse else BETTER_FIRST if better < worse else WORSE_FIRST
    if mode in ("ohlc", "olhc"):
        high_first = mode == "ohlc"
        return BETTER_FIRST if high_first == (side > 0) else WORSE_FIRST
    return None


def decided(mode: str, position: Position, bar: Bar, through: int, kind: EntryKind | None) -> tuple[Outcome, bool]:
    """What happens to a position inside a candle, and whether the worst outcome is a stop that others can replace."""
    outcomes = {walk(path, position, bar, through) for path in possible(kind)}
    order = order_of(mode, position.side, bar)
    if order is not None:
        outcome = walk(straight(order, kind), position, bar, through)
    else:
        outcome = max(outcomes) if mode == "best" else min(outcomes)
    return outcome, not min(outcomes).unstopped and len(outcomes) > 1
