"""Sizes (S4), commission (S2) and the trade record (T1 to T3), in the documented order of operations."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from btcore.sizes import FixedCash, PercentEquity, RiskPercent
from reference.codes import ExitReason, RejectReason
from reference.entries import Share
from reference.operators import divide
from reference.position import Fill, Position
from reference.ticks import Grid


class Charged(NamedTuple):
    """What both fills and the nights of a trade cost, and the rate of its exit (rules S2, S3, S5)."""

    fees: float
    financing: float
    rate: float


def wanted_size(rule: Any, price: float, equity: float, risk: float, rate: float = 1.0) -> float:
    """Rule S4 before lots: ``risk`` is the price distance to the stop, NaN where there is none."""
    if isinstance(rule, FixedCash):
        return divide(rule.amount, price * rate)
    if isinstance(rule, PercentEquity):
        return divide(rule.percent / 100 * equity, price * rate)
    if isinstance(rule, RiskPercent):
        return divide(rule.percent / 100 * equity, risk * rate)
    if isinstance(rule, Share):
        return rule.of_equity * equity / rate
    return float(rule)


def tradable_size(size: float, instrument: Any) -> float:
    """Floored to the lot step."""
    step = float(instrument.lot_step)
    steps = size / step + 1e-9 if step > 0 else math.nan
    return math.floor(steps) * step if math.isfinite(steps) else size


def refused_size(size: float, instrument: Any) -> RejectReason | None:
    """Why a size cannot be traded, if so."""
    if not math.isfinite(size):
        return RejectReason.NAN_LEVEL
    return RejectReason.SIZE_BELOW_MIN if size <= 0 or size < instrument.lot_min else None


def commission(rates: Any, price: float, size: float, contract_size: float, rate: float = 1.0) -> float:
    """Rule S2: the commission of one fill; a share of the notional is converted, amounts are not (rule S5)."""
    amounts = (rates.per_trade + rates.per_unit * size) + rates.per_lot * (size / contract_size)
    share = (rates.percent / 100) * (price * size * rate)
    return max(amounts + share, rates.minimum)


def open_profit(position: Position, price: int) -> float:
    """Rule T4: what a position has gained that could leave at ``price``."""
    return position.grid.price(position.side * (price - position.entry.price)) * position.size


def r_multiple(position: Position, net: float, rate: float) -> float:
    """Rule T2: net in units of what the stop put at risk; NaN without a stop on the losing side."""
    risk = position.order.risk_units(position.grid, position.entry.price)
    if position.stop is None and position.live_start is not None:
        distance = position.side * (position.entry.price - position.live_start)
        risk = distance if distance > 0 else None
    return math.nan if risk is None else divide(net, position.grid.price(risk) * position.size * rate)


def price_or_nan(grid: Grid, level: int | None) -> float:
    """A level as a reported price."""
    return math.nan if level is None else grid.price(level)


def trade_record(
    position: Position, exit: Fill, t: int, reason: ExitReason, charged: Charged, time: list[int]
) -> dict[str, Any]:
    """One row of the trade table, its money in account currency at the rate of the exit (rule S5)."""
    grid, side, size, entry = position.grid, position.side, position.size, position.entry
    entry_mid = 2 * entry.base - side * entry.spread
    exit_mid = 2 * exit.base + side * exit.spread
    rate = charged.rate
    net = (grid.price(side * (exit.price - entry.price)) * size * rate - charged.fees) - charged.financing
    return {
        "parent": position.number,
        "side": side,
        "size": size,
        "signal_index": position.order.at,
        "entry_index": position.entry_index,
        "entry_time": time[position.entry_index],
        "entry_price": grid.price(entry.price),
        "entry_kind": position.order.kind,
        "stop_price": price_or_nan(grid, position.stop),
        "target_price": price_or_nan(grid, position.target),
        "exit_stop_price": price_or_nan(grid, position.in_force()[0]),
        "exit_index": t,
        "exit_time": time[t],
        "exit_price": grid.price(exit.price),
        "exit_reason": reason,
        "ambiguous": position.doubtful,
        "gross": grid.half(side * (exit_mid - entry_mid)) * size * rate,
        "spread_cost": grid.half(entry.spread + exit.spread) * size * rate,
        "slippage_cost": grid.price(entry.slip + exit.slip) * size * rate,
        "commission": charged.fees,
        "financing": charged.financing,
        "net": net,
        "r_multiple": r_multiple(position, net, rate),
        "mae": grid.price(position.mae),
        "mfe": grid.price(position.mfe),
        "bars": position.bars(t),
    }
