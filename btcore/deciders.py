"""Strategies that are functions, called with the last candles: ``WindowStrategy`` in Python, ``CompiledStrategy``."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from btcore._core.answers import OrderField, PositionField
from btcore.callables import Function
from btcore.entries import checked_count, checked_size
from btcore.errors import ExpressionError, StrategyError
from btcore.expr import TIME, Expr, condition, lift
from btcore.pointers import Signature

if TYPE_CHECKING:
    from btcore._core.asked import Window

__all__ = ["CompiledStrategy", "OrderField", "PositionField", "WindowStrategy", "expressions", "fresh",
           "settings"]  # fmt: skip

MOST_POSITIONS = 10_000
LONGEST_WINDOW = 2**31
SIGNATURE = Signature(
    "CompiledStrategy",
    "void f(const double *open, const double *high, const double *low, const double *close, const double *volume, "
    "int64_t window, int64_t index, const double *values, const double *position, double *state, double *order)",
    "pppppiipppp",
    "void",
)


class WindowStrategy:
    """A strategy as a Python function of the last candles: subclass it and write ``on_candle``.

    Attributes
    ----------
    window : int
        Candles that ``on_candle`` sees. It is called from the first candle at which there are so many.
    when : condition, optional
        An expression (or array of bool) under which it is called at all; compiled, so what it rules out costs next to
        nothing. None: at every close.
    max_positions : int
        Positions that may be open at once (rule D10).
    size : as in ``Strategy``, optional
        Of orders that have none; ``None`` leaves it to ``simulate``.
    name : str, optional
        A name for tables.

    Any other attribute that is an expression, or a named tuple of expressions, is computed natively:
    ``window.value("fast")`` is its value at the newest candle (``window.value("channel.upper")``).

    What ``on_candle`` keeps in ``self`` stays there after a simulation; make a new object for a new run, or set it
    where ``window.index`` says that it is the first call.

    Raises
    ------
    CallbackError
        By ``simulate``, where ``on_candle`` raises; names the candle, keeps the trades until then.
    StrategyError
        By ``simulate``, where an attribute has no meaning.

    Examples
    --------
    >>> import btcore as bt
    >>> class Reversal(bt.WindowStrategy):
    ...     window = 50
    ...
    ...     def on_candle(self, window):
    ...         score = (window.close[-1] - window.mean("close")) / (window.std("close") or 1.0)
    ...         if window.position is None and score < -2.0:
    ...             return window.buy(stop=0.0020)
    ...         if window.position is not None and score > 0.0:
    ...             return window.exit()
    >>> result = bt.simulate(Reversal(), bt.synthetic_candles(5_000))
    >>> len(result.trades) > 0
    True
    """

    window: int = 100
    when: Any = None
    max_positions: int = 1
    size: Any = None
    name: str | None = None

    def on_candle(self, window: Window) -> Any:
        """Decide at the close of a candle.

        Parameters
        ----------
        window : Window
            The last candles and the account. Valid during the call.

        Returns
        -------
        None, an answer, or a list of answers
            ``window.buy(...)``, ``window.sell(...)``, ``window.exit()``; or an ``Order`` or ``Exit`` whose ``at`` is
            None or ``window.index``. Exits act first, then orders in their order (rule D6); they fill from the next
            candle on (rule D1).
        """
        raise NotImplementedError(f"{type(self).__name__} has no on_candle")


class Decision(Function):
    """A compiled function that decides."""

    __slots__ = ()

    signature = SIGNATURE

    def _address(self) -> int:
        address = super()._address()
        if not address:
            raise ExpressionError(
                f"CompiledStrategy takes a compiled {SIGNATURE.text} (numba cfunc, ctypes function, capsule), "
                f"got {self.given!r}; for a Python function there is WindowStrategy"
            )
        return address


class CompiledStrategy:
    """A strategy as a compiled function of the last candles, called without the GIL.

    Parameters
    ----------
    function : numba ``cfunc``, ctypes function pointer, PyCapsule or SciPy ``LowLevelCallable``
        ``void f(const double *open, const double *high, const double *low, const double *close, const double *volume,
        int64_t window, int64_t index, const double *values, const double *position, double *state, double *order)``.
        The first five point to the last `window` values, the oldest first; ``index`` is the newest candle; ``position``
        is laid out by ``PositionField``. What is written into ``order``, laid out by ``OrderField``, is decided: SIDE
        1 or -1 is an entry, EXIT 1 leaves all positions, fields that are left alone are not given. KIND is an
        ``EntryKind`` (0: market).
    window : int
        It is called from the first candle at which there are so many.
    when : condition, optional
        Under which it is called at all; None: at every close.
    values : sequence of Expr
        Expressions whose values at the newest candle stand in ``values``, in this order; a condition is 1.0 or 0.0.
    state : array of float64, optional
        Where the function finds its parameters and keeps what it remembers. Each simulation starts with a copy.
    size : as in ``Strategy``, optional
        Of orders whose SIZE is left alone.
    max_positions : int
        Positions that may be open at once (rule D10).
    name : str, optional
        A name for tables.

    Raises
    ------
    ExpressionError
        If the function has another signature, or an expression cannot be understood.
    StrategyError
        If an argument has no meaning.

    Examples
    --------
    >>> import ctypes
    >>> import btcore as bt
    >>> from btcore import OrderField, PositionField
    >>> doubles = ctypes.POINTER(ctypes.c_double)
    >>> kinds = [doubles] * 5 + [ctypes.c_int64] * 2 + [doubles] * 4
    >>> @ctypes.CFUNCTYPE(None, *kinds)
    ... def momentum(open, high, low, close, volume, window, index, values, position, state, order):
    ...     if position[PositionField.HELD] == 0 and close[window - 1] - close[0] > state[0]:
    ...         order[OrderField.SIDE], order[OrderField.STOP], order[OrderField.MAX_BARS] = 1, 0.0010, 20
    >>> result = bt.simulate(CompiledStrategy(momentum, 10, state=[0.0005]), bt.synthetic_candles(2_000))
    >>> len(result.trades) > 0
    True
    """

    def __init__(
        self,
        function: Any,
        window: int = 100,
        *,
        when: Any = None,
        values: Any = (),
        state: Any = None,
        size: Any = None,
        max_positions: int = 1,
        name: str | None = None,
    ) -> None:
        self.function = function if isinstance(function, Decision) else Decision(function)
        self.window, self.max_positions = window, max_positions
        self.when, self.size, self.name = when, size, name
        self.values = tuple(lift(value) for value in ((values,) if isinstance(values, Expr) else values))
        if any(value.kind == TIME for value in self.values):
            raise ExpressionError("values hold numbers and conditions")
        self.state = np.array([] if state is None else state, dtype=np.float64).ravel()
        settings(self)

    def __repr__(self) -> str:
        return f"CompiledStrategy({self.function!r}, {self.window})"


def fresh(strategy: Any) -> Any:
    """A copy of a WindowStrategy, which a run may change; anything else as it is.

    Raises
    ------
    StrategyError
        If it cannot be copied.
    """
    if not isinstance(strategy, WindowStrategy):
        return strategy
    try:
        return copy.deepcopy(strategy)
    except Exception as error:
        raise StrategyError(f"{type(strategy).__name__} cannot be copied for a run of its own: {error}") from error


def settings(strategy: WindowStrategy | CompiledStrategy) -> dict[str, Any]:
    """``window``, ``when``, ``max_positions`` and ``size`` of a strategy, checked.

    Raises
    ------
    StrategyError, ExpressionError
        If one of them has no meaning.
    """
    window = checked_count("window", strategy.window)
    positions = checked_count("max_positions", strategy.max_positions)
    if window is None or window > LONGEST_WINDOW:
        raise StrategyError(f"window is a number of candles, a whole number >= 1, got {strategy.window!r}")
    if positions is None or positions > MOST_POSITIONS:
        raise StrategyError(
            f"max_positions is a whole number from 1 to {MOST_POSITIONS:,}, got {strategy.max_positions!r}"
        )
    try:
        when = None if strategy.when is None else condition(strategy.when)
    except TypeError as error:
        raise type(error)(f"when: {error}") from None
    return {"window": window, "when": when, "max_positions": positions, "size": checked_size(strategy.size)}


def expressions(strategy: WindowStrategy) -> Mapping[str, Expr]:
    """The attributes of a strategy that are expressions, those of its class and its own, by name."""
    attributes: dict[str, Any] = {}
    for kind in reversed(type(strategy).__mro__):
        attributes |= vars(kind)
    attributes |= vars(strategy)
    found: dict[str, Expr] = {}
    for name, value in attributes.items():
        if name in ("when", "size"):
            continue
        if isinstance(value, Expr) and value.kind != TIME:
            found[name] = value
        elif isinstance(value, tuple) and hasattr(value, "_fields"):
            parts = zip(value._fields, value, strict=True)
            found |= {f"{name}.{field}": part for field, part in parts if isinstance(part, Expr)}
    return found
