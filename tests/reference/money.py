"""Sizes (S4), commission (S2) and the trade record (T1 to T3), in the documented order of operations."""

from __future__ import annotations

import math
from typing import Any

from btcore.sizes import FixedCash, PercentEquity, RiskPercent
from reference.codes import ExitReason, RejectReason
from reference.entries import Share
from reference.operators import divide
from reference.position import Fill, Position
from reference.ticks import Grid

FINANCING = 0.0


def wanted_size(rule: Any, price: float, equity: float, risk: float) -> float:
    """Rule S4 before lots: ``risk`` is the price distance to the stop, NaN where there is none."""
    if isinstance(rule, FixedCash):
        return divide(rule.amount, price)
    if isinstance(rule, PercentEquity):
        return divide(rule.percent / 100 * equity, price)
    if isinstance(rule, RiskPercent):
        return divide(rule.percent / 100 * equity, risk)
    if isinstance(rule, Share):
        return rule.of_equity * equity
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


def commission(rates: Any, price: float, size: float, contract_size: float) -> float:
    """Rule S2: the commission of one fill."""
    parts = ((rates.per_trade + rates.per_unit * size) + rates.per_lot * (size / contract_size)) + (
        rates.percent / 100
    ) * (price * size)
    return max(parts, rates.minimum)


def open_profit(position: Position, price: int) -> float:
    """Rule T4: what a position has gained that could leave at ``price``."""
    return position.grid.price(position.side * (price - position.entry.price)) * position.size


def r_multiple(position: Position, net: float) -> float:
    """Rule T2: net in units of what the stop put at risk; NaN without a stop on the losing side."""
    risk = position.order.risk_units(position.grid, position.entry.price)
    return math.nan if risk is None else divide(net, position.grid.price(risk) * position.size)


def price_or_nan(grid: Grid, level: int | None) -> float:
    """A level as a reported price."""
    return math.nan if level is None else grid.price(level)


def trade_record(
    position: Position, exit: Fill, t: int, reason: ExitReason, fees: float, time: list[int]
) -> dict[str, Any]:
    """One row of the trade table; ``fees`` is the commission of both fills."""
    grid, side, size, entry = position.grid, position.side, position.size, position.entry
    entry_mid = 2 * entry.base - side * entry.spread
    exit_mid = 2 * exit.base + side * exit.spread
    net = (grid.price(side * (exit.price - entry.price)) * size - fees) - FINANCING
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
        "gross": grid.half(side * (exit_mid - entry_mid)) * size,
        "spread_cost": grid.half(entry.spread + exit.spread) * size,
        "slippage_cost": grid.price(entry.slip + exit.slip) * size,
        "commission": fees,
        "financing": FINANCING,
        "net": net,
        "r_multiple": r_multiple(position, net),
        "mae": grid.price(position.mae),
        "mfe": grid.price(position.mfe),
        "bars": position.bars(t),
    }
