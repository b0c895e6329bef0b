"""Costs that depend on the moment -> the numbers and arrays that the core charges by (rules S1, S3, S5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore._core.types import SlipKind
from btcore.candles import Candles
from btcore.candles.problems import time_text
from btcore.costs import (
    Conversion,
    Costs,
    Financing,
    PercentSlippage,
    RandomSlippage,
    RangeSlippage,
    TickSlippage,
)
from btcore.errors import ParameterError
from btcore.market import ceil_units, unit_of

__all__ = ["charges_of", "fixed_slippage", "live_charges", "units_per_tick"]

NOTHING = np.empty(0, dtype=np.int64)
Charges = tuple[dict[str, Any], np.ndarray, np.ndarray, np.ndarray]


def units_per_tick(candles: Candles) -> int:
    """A unit is a tick, or half a tick for mid quotes (rule C4)."""
    return 1 if unit_of(candles)[0] == candles.scale else 2


def fixed_slippage(candles: Candles, slippage: Any) -> int:
    """Slippage in units where it is the same for every fill; 0 where a model tells."""
    if isinstance(slippage, TickSlippage):
        return int(ceil_units(slippage.ticks, float(units_per_tick(candles)), True))
    return 0 if _slip_model(slippage) else int(ceil_units(slippage, *unit_of(candles)))


def charges_of(candles: Candles, costs: Costs, start: int, end: int) -> Charges | None:
    """What ``Driver.charge`` takes for candles [start, end); None where every cost is a fixed number.

    Raises
    ------
    ParameterError
        If prices and account have different currencies and no conversion is given, or the other way round; if the
        conversion has no rate for a candle of the window.
    """
    rate, rates = _rates(candles, costs, start, end)
    rolls = (NOTHING, NOTHING) if costs.financing is None else costs.financing.rolls(candles.timestamp)
    if not (_slip_model(costs.slippage) or len(rates) or rate != 1.0 or len(rolls[0]) or costs.margin):
        return None
    return _numbers(candles, costs, rate), rates, *rolls


def live_charges(candles: Candles, costs: Costs) -> tuple[Charges | None, bool]:
    """What ``Driver.charge`` takes for candles to come, and whether each of them brings a rate.

    `candles` are any of the instrument's. Nights come with the candles, and so do rates where the conversion is a
    ``Conversion``, or there is none and the account has another currency than the prices.

    Raises
    ------
    ParameterError
        If there is a conversion and nothing to convert, or rates in an array.
    """
    account, given = costs.account_currency, costs.conversion
    if isinstance(given, np.ndarray):
        raise ParameterError(
            "Costs(conversion=...): an array has no value for candles to come; push(..., rate=...) has"
        )
    converts = isinstance(given, Conversion) or (
        given is None and account not in (None, candles.instrument.quote_currency)
    )
    if converts:
        _check_currencies(candles, costs, pushed=given is None)
    rate = 1.0 if converts else _rates(candles, costs, 0, 1)[0]
    if not (_slip_model(costs.slippage) or converts or rate != 1.0 or costs.financing or costs.margin):
        return None, False
    return (_numbers(candles, costs, rate), np.empty(0), NOTHING, NOTHING), converts


def _numbers(candles: Candles, costs: Costs, rate: float) -> dict[str, Any]:
    """The fields of the core's ``Charges``."""
    return {
        "slip": 0, "slip_number": 0.0, "tick": units_per_tick(candles), "slip_seed": 0, "slip_span": 1, "rate": rate,
        "leverage": costs.margin.leverage if costs.margin else 0.0,
        "stop_out": costs.margin.stop_out if costs.margin else 0.0,
        **_slip_model(costs.slippage), **_nights(candles, costs.financing),
    }  # fmt: skip


def _slip_model(slippage: Any) -> dict[str, Any]:
    if isinstance(slippage, PercentSlippage):
        return {"slip": int(SlipKind.SLIP_PERCENT), "slip_number": slippage.percent}
    if isinstance(slippage, RangeSlippage):
        return {"slip": int(SlipKind.SLIP_RANGE), "slip_number": slippage.fraction}
    if isinstance(slippage, RandomSlippage):
        return {"slip": int(SlipKind.SLIP_RANDOM), "slip_seed": slippage.seed, "slip_span": slippage.ticks + 1}
    return {}


def _nights(candles: Candles, financing: Financing | None) -> dict[str, Any]:
    """What a night costs one unit of size: times its price or not, in quote or in account currency."""
    if financing is None:
        return {"night_long": 0.0, "night_short": 0.0, "night_of_price": False, "night_in_quote": False}
    rates = financing.long, financing.short
    if financing.unit == "percent":
        long, short = (rate / 100.0 / financing.year for rate in rates)
    elif financing.unit == "points":
        tick = 1.0 / candles.scale if candles.tick_is_ratio else candles.scale
        long, short = (rate * tick for rate in rates)
    else:
        long, short = (rate / candles.instrument.contract_size for rate in rates)
    return {
        "night_long": long,
        "night_short": short,
        "night_of_price": financing.unit == "percent",
        "night_in_quote": financing.unit != "lot",
    }


def _rates(candles: Candles, costs: Costs, start: int, end: int) -> tuple[float, np.ndarray]:
    """A constant rate and no rates, or rates per candle (rule S5)."""
    given, nothing = costs.conversion, np.empty(0, dtype=np.float64)
    _check_currencies(candles, costs)
    if given is None:
        return 1.0, nothing
    if isinstance(given, Conversion):
        return 1.0, _known(given.rates(candles.timestamp), candles, start, end)
    if np.ndim(given) == 0:
        return float(given), nothing
    if len(given) != len(candles):
        raise ParameterError(f"Costs(conversion=...): {len(given)} rates for {len(candles)} candles; give one each")
    return 1.0, given


def _check_currencies(candles: Candles, costs: Costs, pushed: bool = False) -> None:
    """There is a conversion (or rates are pushed) where account and prices differ in their currency, and only there."""
    quote, given = candles.instrument.quote_currency, costs.conversion
    account = quote if costs.account_currency is None else costs.account_currency
    if account == quote:
        if given is not None:
            raise ParameterError(
                f"Costs(conversion=...): prices are in {quote!r} (Instrument.quote_currency) and so is the account "
                f"(account_currency={costs.account_currency!r}), so there is nothing to convert (rule S5)"
            )
        return
    if given is None and not pushed:
        raise ParameterError(
            f"prices are in {quote!r} and the account in {account!r}: give Costs(conversion=...), units of "
            f"{account} for one {quote} (rule S5)"
        )
    if isinstance(given, Conversion):
        given.check_pair(quote, account)


def _known(rates: np.ndarray, candles: Candles, start: int, end: int) -> np.ndarray:
    missing = np.flatnonzero(np.isnan(rates[start:end]))
    if len(missing):
        first = start + int(missing[0])
        raise ParameterError(
            f"Costs(conversion=...): no price of the pair is known at {len(missing)} candles, first at candle {first} "
            f"({time_text(candles.timestamp[first])}); start the evaluation window later, or give earlier candles"
        )
    return rates
