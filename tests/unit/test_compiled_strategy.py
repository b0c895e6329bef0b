"""Strategies as compiled functions: the same trades as in Python; C, numba and capsules; what goes wrong."""

from __future__ import annotations

import ctypes
import importlib.util
import math
import random
import shutil
import subprocess
from typing import Any

import dill
import numpy as np
import pytest

import btcore as bt
from btcore import OrderField, PositionField
from btcore._core.types import BLOCK, EntryKind, Level
from btcore.entries import LEVELS

CANDLES = bt.synthetic_candles(BLOCK + 500, seed=4)
DOUBLES = ctypes.POINTER(ctypes.c_double)
ARGUMENTS = [DOUBLES] * 5 + [ctypes.c_int64] * 2 + [DOUBLES] * 4
COMPILED = ctypes.CFUNCTYPE(None, *ARGUMENTS)
NAMES = ("open", "high", "low", "close", "volume", "window", "index", "values", "position", "state", "order")


def compiled(function: Any) -> Any:
    """A function of one argument, a namespace of what it is called with, as a pointer."""
    return COMPILED(lambda *given: function(dict(zip(NAMES, given, strict=True))))


def test_fields_are_those_of_levels_and_positions() -> None:
    names = [field.name.lower() for field in OrderField]
    assert names[:5] == ["exit", "side", "kind", "max_bars", "expiry"]
    assert names[5:] == [level.name.removeprefix("LEVEL_").lower() for level in Level]
    assert set(LEVELS) <= set(names)


def test_what_it_is_shown() -> None:
    seen: list[Any] = []

    def decide(given: dict[str, Any]) -> None:
        t = given["index"]
        if t in (6, BLOCK, BLOCK + 1):
            columns = [given[name][: given["window"]] for name in NAMES[:5]]
            seen.append((t, columns, given["values"][:2]))

    rises = bt.close > bt.open
    bt.simulate(bt.CompiledStrategy(compiled(decide), 7, values=[bt.ema(bt.close, 5), rises]), CANDLES)
    assert [t for t, *_ in seen] == [6, BLOCK, BLOCK + 1]
    fast = bt.ema(CANDLES.close, 5)
    for t, columns, values in seen:
        assert columns == [getattr(CANDLES, name)[t - 6 : t + 1].tolist() for name in NAMES[:5]]
        assert values == [fast[t], float(CANDLES.close[t] > CANDLES.open[t])]


class Mirrored(bt.WindowStrategy):
    """Decides by dice; notes the account."""

    def __init__(self, seed: int, max_positions: int) -> None:
        self.window, self.max_positions, self.seed, self.log = 5, max_positions, seed, []

    def on_candle(self, window: Any) -> Any:
        p = window.position
        shown = [0.0, 0.0, math.nan, -1.0, math.nan, math.nan, 0.0]
        if p is not None:
            shown = [p.side, p.size, p.entry_price, p.entry_index, p.stop, p.target, p.profit]
        self.log.append([len(window.positions), *shown, window.equity])
        leave, fields = decision(self.seed, window.index, window.close[-1])
        answers = [window.exit()] if leave else []
        if fields:
            named = {name: value for name, value in fields.items() if name not in ("side", "kind", "price")}
            make = window.buy if fields["side"] > 0 else window.sell
            answers.append(make(fields["kind"], fields.get("price"), **named))
        return answers


def decision(seed: int, index: int, close: float) -> tuple[bool, dict[str, Any]]:
    dice = random.Random(seed * 1_000_003 + index)
    if dice.random() < 0.9:
        return False, {}
    fields: dict[str, Any] = {"side": dice.choice([1, -1]), "kind": dice.choice(["market", "stop", "limit"])}
    if fields["kind"] != "market":
        fields["price"] = close + dice.randint(-20, 20) * CANDLES.tick
        fields["expiry"] = dice.randint(1, 30)
    for name in ("stop", "target", "trail", "breakeven"):
        if dice.random() < 0.5:
            fields[name] = dice.randint(0, 60) * CANDLES.tick
    fields |= {"max_bars": dice.randint(1, 50)} if dice.random() < 0.3 else {}
    fields |= {"size": dice.choice([0.5, 3.0])} if dice.random() < 0.3 else {}
    return dice.random() < 0.3, fields if dice.random() < 0.9 else {}


@pytest.mark.parametrize("seed", range(8))
def test_the_same_as_in_python(seed: int) -> None:
    log = []

    def decide(given: dict[str, Any]) -> None:
        log.append(given["position"][: len(PositionField)])
        leave, fields = decision(seed, given["index"], given["close"][given["window"] - 1])
        order = given["order"]
        if leave:
            order[OrderField.EXIT] = 1.0
        for name, value in fields.items():
            order[OrderField[name.upper()]] = EntryKind[value.upper()] if name == "kind" else value

    settings = {"size": 2.0, "costs": bt.Costs(spread=0.00003, slippage=0.00001, commission=0.0001)}
    positions = 1 + seed % 3
    mirrored = Mirrored(seed, positions)
    expected = bt.simulate(mirrored, CANDLES, **settings)
    found = bt.simulate(bt.CompiledStrategy(compiled(decide), 5, max_positions=positions), CANDLES, **settings)
    assert len(expected.trades) > 20
    assert found.trades.to_numpy().tobytes() == expected.trades.to_numpy().tobytes()
    assert found.rejected == expected.rejected
    assert found.equity().tolist() == expected.equity().tolist()
    np.testing.assert_array_equal(log, mirrored.log)


def test_what_is_written_without_a_side_is_forgotten() -> None:
    def decide(given: dict[str, Any]) -> None:
        assert all(math.isnan(given["order"][k]) for k in range(2, len(OrderField)))
        given["order"][OrderField.STOP] = 1.0
        if given["index"] == 50:
            given["order"][OrderField.SIDE] = 1.0
        if given["index"] == 60:
            given["order"][OrderField.SIDE] = math.nan

    trades = bt.simulate(bt.CompiledStrategy(compiled(decide), 1), CANDLES).trades
    assert len(trades) == 1
    assert trades["stop_price"][0] == pytest.approx(trades["entry_price"][0] - 1.0)


def test_each_run_starts_with_the_same_state() -> None:
    def decide(given: dict[str, Any]) -> None:
        given["state"][0] += 1
        if given["state"][0] == given["state"][1]:
            given["order"][OrderField.SIDE] = 1.0

    state = np.array([0.0, 30.0])
    strategy = bt.CompiledStrategy(compiled(decide), 11, state=state)
    for _ in range(2):
        assert bt.simulate(strategy, CANDLES).trades["signal_index"].tolist() == [10 + 29]
    assert state.tolist() == [0.0, 30.0]


def test_called_where_its_condition_is_true() -> None:
    calls = []
    when = CANDLES.close > CANDLES.open
    bt.simulate(bt.CompiledStrategy(compiled(lambda g: calls.append(g["index"])), 20, when=when), CANDLES, start=100)
    assert calls == [t for t in np.flatnonzero(when).tolist() if t >= 100]


@pytest.mark.parametrize(("field", "value"), [("KIND", 7.0), ("KIND", -1.0), ("MAX_BARS", 0.0), ("EXPIRY", -2.0)])
def test_orders_that_have_no_meaning(field: str, value: float) -> None:
    def decide(given: dict[str, Any]) -> None:
        if given["index"] == 77:
            given["order"][OrderField.SIDE] = 1.0
            given["order"][OrderField[field]] = value

    with pytest.raises(bt.CallbackError, match=rf"candle 77 .*{field} {value}"):
        bt.simulate(bt.CompiledStrategy(compiled(decide), 2), CANDLES)


@pytest.mark.parametrize(
    "function",
    [
        ctypes.CFUNCTYPE(ctypes.c_double, *ARGUMENTS)(lambda *_: 0.0),
        ctypes.CFUNCTYPE(None, *ARGUMENTS[:-1])(lambda *_: None),
        ctypes.CFUNCTYPE(None, *ARGUMENTS[:5], ctypes.c_int32, *ARGUMENTS[6:])(lambda *_: None),
    ],
)
def test_other_signatures(function: Any) -> None:
    with pytest.raises(bt.ExpressionError, match=r"is not void f\(const double \*open"):
        bt.CompiledStrategy(function)


def test_python_functions_are_referred_to_window_strategies() -> None:
    with pytest.raises(bt.ExpressionError, match="for a Python function there is WindowStrategy"):
        bt.CompiledStrategy(lambda *_: None)
    with pytest.raises(bt.ExpressionError):
        bt.CompiledStrategy(5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"window": 0}, "window"), ({"max_positions": 1.5}, "max_positions"), ({"when": bt.close}, "when")],
)
def test_settings_that_have_no_meaning(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((bt.StrategyError, bt.ExpressionError), match=message):
        bt.CompiledStrategy(compiled(lambda _: None), **settings)


# --- compilers --------------------------------------------------------------------------------------------------------

SOURCE = f"""
#include <stdint.h>
void decide(const double *open, const double *high, const double *low, const double *close, const double *volume,
            int64_t window, int64_t index, const double *values, const double *position, double *state,
            double *order) {{
    double sum = 0.0;
    for (int64_t k = 0; k < window; k++) sum += close[k];
    double away = close[window - 1] - sum / (double)window;
    if (position[{PositionField.HELD:d}] == 0.0 && away < -state[0]) {{
        order[{OrderField.SIDE:d}] = 1.0;
        order[{OrderField.STOP:d}] = 0.002;
    }}
    if (position[{PositionField.HELD:d}] != 0.0 && away > 0.0) order[{OrderField.EXIT:d}] = 1.0;
}}
"""


class Reversal(bt.WindowStrategy):
    """The strategy of SOURCE."""

    window = 30

    def on_candle(self, window: Any) -> Any:
        total = 0.0
        for price in window.close.tolist():
            total += price
        away = window.value("close") - total / 30.0
        if window.position is None and away < -0.0004:
            return window.buy(stop=0.002)
        return window.exit() if window.position is not None and away > 0.0 else None


def test_a_c_library(tmp_path: Any) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    (tmp_path / "decide.c").write_text(SOURCE)
    library = tmp_path / "decide.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-ffp-contract=off", tmp_path / "decide.c", "-o", library]
    subprocess.run(command, check=True)
    function = ctypes.CDLL(str(library)).decide
    function.argtypes, function.restype = ARGUMENTS, None
    found = bt.simulate(bt.CompiledStrategy(function, 30, state=[0.0004]), CANDLES)
    expected = bt.simulate(Reversal(), CANDLES)
    assert len(expected.trades) > 20
    assert found.trades.to_numpy().tobytes() == expected.trades.to_numpy().tobytes()


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="numba is not installed")
def test_numba_cfunc() -> None:
    import numba

    HELD, SIDE, STOP, EXIT = (int(f) for f in (PositionField.HELD, OrderField.SIDE, OrderField.STOP, OrderField.EXIT))
    pointer = numba.types.CPointer(numba.types.float64)
    signature = numba.types.void(*[pointer] * 5, numba.int64, numba.int64, *[pointer] * 4)

    @numba.cfunc(signature)
    def decide(open, high, low, close, volume, window, index, values, position, state, order):  # type: ignore[no-untyped-def]
        total = 0.0
        for price in numba.carray(close, window):
            total += price
        away = close[window - 1] - total / window
        if position[HELD] == 0.0 and away < -state[0]:
            order[SIDE] = 1.0
            order[STOP] = 0.002
        if position[HELD] != 0.0 and away > 0.0:
            order[EXIT] = 1.0

    strategy = bt.CompiledStrategy(decide, 30, state=[0.0004])
    found = bt.simulate(strategy, CANDLES)
    assert found.trades.to_numpy().tobytes() == bt.simulate(Reversal(), CANDLES).trades.to_numpy().tobytes()
    assert found.content_hash == bt.simulate(bt.CompiledStrategy(decide, 30, state=[0.0004]), CANDLES).content_hash
    assert found.content_hash != bt.simulate(bt.CompiledStrategy(decide, 30, state=[0.0005]), CANDLES).content_hash
    again = dill.loads(dill.dumps(strategy))
    assert bt.simulate(again, CANDLES).trades.to_numpy().tobytes() == found.trades.to_numpy().tobytes()


def test_capsules_are_named_by_their_signature() -> None:
    make = ctypes.pythonapi["PyCapsule_New"]
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    function = compiled(lambda given: given["order"].__setitem__(OrderField.SIDE, float(given["index"] == 40)))
    address = ctypes.cast(function, ctypes.c_void_p)
    pointers = "double const *, " * 4 + "double const *"
    name = f"void ({pointers}, int64_t, int64_t, double const *, double const *, double *, double *)".encode()
    capsule = make(address, name, None)
    assert bt.simulate(bt.CompiledStrategy(capsule, 3), CANDLES).trades["signal_index"].tolist() == [40]
    wrong = b"double (double *, Py_ssize_t)"
    with pytest.raises(bt.ExpressionError, match="a capsule is named by its signature"):
        bt.CompiledStrategy(make(address, wrong, None))
