"""Streams and sessions: candles that are none, states that are kept, damaged or those of another expression."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from operators.cases import assert_same_bits

import btcore as bt
from btcore.expr import Expr
from btcore.program import evaluate
from fuzzing.candles import pushed_row, random_candles
from fuzzing.series import ODD

MINUTE = 60 * 10**9
HARD = {"rolling_corr", "rolling_cov"}


def random_number(rng: random.Random, depth: int = 0) -> Expr:
    """An expression over candle columns that can be followed live."""
    x: Expr = rng.choice([bt.open, bt.high, bt.low, bt.close, bt.volume])
    if depth < 2 and rng.random() < 0.4:
        x = random_number(rng, depth + 1)
    n = rng.choice([1, 2, 3, rng.randint(1, 80), rng.randint(1, 5000)])
    made = [
        *(lambda f=f: f(x, n, rng.randint(1, n)) for f in _ROLLING),
        lambda: bt.rolling_quantile(x, n, rng.random()),
        lambda: bt.rolling_corr(x, bt.close, n),
        lambda: bt.ema(x, n, seed=rng.choice(["first", "sma"])),
        lambda: bt.ema(x, n, adjust=True),
        lambda: bt.rsi(x, n),
        lambda: bt.cci(n) + bt.psar() + bt.obv(),
        lambda: bt.supertrend(n).line,
        lambda: bt.vwap(window=n) / bt.atr(n),
        lambda: bt.hour(tz="Europe/London") + bt.day(tz="America/New_York"),
        lambda: bt.where(bt.new_day() | bt.between("08:00", "16:00"), x, x.shift(n)),
        lambda: bt.timeframe(rng.choice(["5min", "1h", "1d"]), x) if depth == 0 else x,
        lambda: bt.rolling_apply(x, n, np.max) if n < 200 else x - 1.0,
        lambda: -abs(x) * 2.0 + bt.maximum(x, bt.low),
    ]
    return rng.choice(made)()


_ROLLING = (bt.rolling_mean, bt.rolling_std, bt.rolling_max, bt.rolling_argmin, bt.rolling_median, bt.rolling_rank,
            bt.rolling_slope, bt.rolling_kurt, bt.rolling_sum)  # fmt: skip


def damaged(rng: random.Random, state: bytes) -> bytes:
    """The bytes with some of them changed, taken away or added."""
    data = bytearray(state)
    kind = rng.choice(["flip", "flip", "many", "number", "cut", "longer", "shuffled"])
    if kind == "flip":
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == "many":
        for _ in range(rng.randint(1, 50)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif kind == "number" and len(data) >= 8:
        at = rng.randrange(len(data) // 8) * 8
        data[at : at + 8] = rng.choice([b"\xff" * 8, b"\x7f" * 8, bytes(8), np.float64(rng.choice(ODD)).tobytes()])
    elif kind == "cut":
        del data[rng.randrange(len(data)) :]
    elif kind == "shuffled":
        cut = rng.randrange(len(data))
        data = data[cut:] + data[:cut]
    else:
        data += bytes(rng.randint(1, 9))
    return bytes(data)


def restored(owner: Any, state: bytes) -> bool:
    """Whether it took the state."""
    try:
        owner.state = state
    except bt.DataError:
        return False
    return True


def no_candle(rng: random.Random) -> tuple[Any, ...]:
    """Arguments of a push that is refused, mostly."""
    time = rng.choice([-(2**63), 2**63 - 1, 0, 2**63, None, "soon", np.datetime64("NaT"), np.int64(5)])
    return (time, *(rng.choice([*ODD, 1.0, 2.0]) for _ in range(5)))


def play_streams(rng: random.Random) -> int:
    """A stream gives the bits of arrays, whatever is pushed in between, saved or damaged."""
    expr = tuple(random_number(rng) for _ in range(4))
    candles = random_candles(rng, rng.choice([3, 40, 150, 700]))
    stream, rows, tried = bt.Stream(expr, period="1min"), [], 0
    for t in range(len(candles)):
        if rng.random() < 0.03:
            tried += 1
            state = stream.state
            try:
                stream.push(*no_candle(rng))
            except (bt.BtcoreError, OverflowError):
                assert stream.state == state
            else:
                restored(stream, state)
        if rng.random() < 0.03:
            tried += 1
            state = stream.state
            other = bt.Stream(expr, period="1min")
            changed = damaged(rng, state)
            assert restored(other, changed) == (changed == state)
            other.push(int(candles.timestamp[t]), *pushed_row(candles, t))
            assert restored(stream, state)
        rows.append(stream.push(int(candles.timestamp[t]), *pushed_row(candles, t)))
    columns = {name: getattr(candles, name) for name in ("timestamp", "open", "high", "low", "close", "volume")}
    whole = evaluate(*expr, columns=columns, length=len(candles), duration=MINUTE)
    for values, expected in zip(zip(*rows, strict=True), whole, strict=True):
        assert_same_bits(np.array(values, dtype=np.float64), expected, zeros_alike=True)
    return tried + len(candles)


def play_sessions(rng: random.Random) -> int:
    """Sessions whose states are damaged refuse them and go on."""
    candles = random_candles(rng, 120)
    tick = candles.tick
    strategy = bt.Strategy(
        random_number(rng) > random_number(rng),
        bt.close < bt.open,
        stop=rng.choice([3 * tick, bt.atr(3)]),
        targets=[(0.5, 2 * tick), (0.5, 5 * tick)],
        max_positions=rng.choice([1, 3]),
    )
    session = bt.Session(strategy, candles.instrument, period="1min")
    other = bt.Session(strategy, candles.instrument, period="1min")
    for t in range(len(candles)):
        if rng.random() < 0.1:
            state = session.state
            changed = damaged(rng, state)
            before = other.state
            if restored(other, changed):
                assert changed == state
            else:
                assert other.state == before
            assert restored(session, state)
        session.push(int(candles.timestamp[t]), *pushed_row(candles, t))
    return len(candles)
