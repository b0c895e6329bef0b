"""Expressions: what a strategy computes from candles, as data.

An ``Expr`` is an immutable tree of operators over candle columns, constants and arrays. It prints as a reader would
write it, has a digest (``key``) that is equal for equal trees in every process and version, and knows nothing of how
it is computed: ``program`` compiles trees for the core, ``indicators`` builds the usual ones.
"""

from __future__ import annotations

import numbers
import struct
from typing import Any

import numpy as np

from btcore.errors import ExpressionError, ParameterError

__all__ = [
    "Expr",
    "Percent",
    "array",
    "close",
    "constant",
    "high",
    "lift",
    "low",
    "number",
    "open_",
    "percent",
    "volume",
]

NUMBER, CONDITION, TIME = "number", "condition", "time"

_INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
    "and": "&", "or": "|",
}  # fmt: skip
_PREFIX = {"neg": "-", "not": "~"}


class Expr:
    """One node: an operator, its inputs and its parameters.

    Parameters
    ----------
    op : str
        Operator name, one of the core's (see ``program.OPERATORS``) or a leaf: ``column``, ``constant``, ``array``.
    inputs : tuple of Expr
        Input expressions.
    params : tuple of str, int, float, bytes or Function
        Parameters that select what the operator does (a window, a name, a function of the caller).
    kind : {"number", "condition", "time"}
        Whether the values are float64, booleans or times (int64 ns UTC), which only operators of time take.
    label : str, optional
        How to print it when the tree is longer than what the user wrote; no part of its identity.
    data : array, optional
        The values of an ``array`` leaf.

    Examples
    --------
    >>> (close - open_) / 2 > 0.5
    ((close - open) / 2.0) > 0.5
    >>> (close + 1).equals(close + 1.0)
    True
    """

    __slots__ = ("_key", "data", "inputs", "kind", "label", "op", "params")

    _key: str | None
    data: np.ndarray | None
    inputs: tuple[Expr, ...]
    kind: str
    label: str | None
    op: str
    params: tuple[Any, ...]
    __array_ufunc__ = None  # NumPy operands defer to the methods below

    def __init__(
        self,
        op: str,
        inputs: tuple[Expr, ...] = (),
        params: tuple[Any, ...] = (),
        *,
        kind: str = NUMBER,
        label: str | None = None,
        data: np.ndarray | None = None,
    ) -> None:
        for name, value in zip(Expr.__slots__, (None, data, inputs, kind, label, op, params), strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"expressions cannot be changed ({name}); make a new one")

    def labelled(self, label: str) -> Expr:
        """The same expression, printed as ``label``."""
        return Expr(self.op, self.inputs, self.params, kind=self.kind, label=label, data=self.data)

    @property
    def key(self) -> str:
        """Digest of the tree: 32 hex digits, equal for equal trees in every process; found when first asked for."""
        stack = [self]
        while stack:
            node = stack[-1]
            missing = [part for part in node.inputs if part._key is None]
            stack.extend(missing)
            if not missing:
                object.__setattr__(node, "_key", node._key or _digest(node))
                stack.pop()
        assert self._key is not None
        return self._key

    def equals(self, other: object) -> bool:
        """Whether the trees are equal; ``==`` builds a comparison instead."""
        return isinstance(other, Expr) and self.key == other.key

    def __hash__(self) -> int:
        return int(self.key[:15], 16)

    def __bool__(self) -> bool:
        raise ExpressionError(f"an expression has no truth value: {self!r}; combine conditions with & | ~")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.op, self.inputs, self.params, self.kind, self.label, self.data)

    def __repr__(self) -> str:
        if self.label is not None:
            return self.label
        if self.op in _INFIX:
            left, right = (_bracketed(node) for node in self.inputs)
            return f"{left} {_INFIX[self.op]} {right}"
        if self.op in _PREFIX:
            return _PREFIX[self.op] + _bracketed(self.inputs[0])
        if self.op == "constant":
            return repr(self.params[0])
        if self.op == "column":
            return str(self.params[0])
        if self.op == "array":
            return f"array(<{len(self.data)} values>)"  # type: ignore[arg-type]
        return f"{self.op}({', '.join([repr(node) for node in self.inputs] + [repr(p) for p in self.params])})"

    def shift(self, n: int = 1) -> Expr:
        """The value ``n`` candles earlier (n >= 0); NaN, or False for a condition, on the first ``n`` candles."""
        if isinstance(n, bool) or not isinstance(n, numbers.Integral) or n < 0:
            raise ParameterError(f"shift takes a whole number >= 0 (a negative shift would look ahead), got {n!r}")
        return Expr("shift", (self,), (int(n),), kind=self.kind) if n else self

    def __add__(self, other: Any) -> Expr:
        return _arithmetic("add", self, other)

    def __radd__(self, other: Any) -> Expr:
        return _arithmetic("add", other, self)

    def __sub__(self, other: Any) -> Expr:
        return _arithmetic("sub", self, other)

    def __rsub__(self, other: Any) -> Expr:
        return _arithmetic("sub", other, self)

    def __mul__(self, other: Any) -> Expr:
        return _arithmetic("mul", self, other)

    def __rmul__(self, other: Any) -> Expr:
        return _arithmetic("mul", other, self)

    def __truediv__(self, other: Any) -> Expr:
        return _arithmetic("div", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        return _arithmetic("div", other, self)

    def __pow__(self, exponent: Any) -> Expr:
        if exponent == 0.5:
            return self.sqrt()
        if exponent == 2:
            return self * self
        raise ExpressionError(f"powers other than 2 and 0.5 are not offered (got {exponent!r}): multiply instead")

    def __neg__(self) -> Expr:
        return Expr("neg", (number(self),))

    def __pos__(self) -> Expr:
        return number(self)

    def __abs__(self) -> Expr:
        return Expr("abs", (number(self),))

    def sqrt(self) -> Expr:
        """Square root; NaN below zero."""
        return Expr("sqrt", (number(self),))

    def __lt__(self, other: Any) -> Expr:
        return _comparison("lt", self, other)

    def __le__(self, other: Any) -> Expr:
        return _comparison("le", self, other)

    def __gt__(self, other: Any) -> Expr:
        return _comparison("gt", self, other)

    def __ge__(self, other: Any) -> Expr:
        return _comparison("ge", self, other)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return _comparison("eq", self, other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return _comparison("ne", self, other)

    def __and__(self, other: Any) -> Expr:
        return Expr("and", (condition(self), condition(other)), kind=CONDITION)

    def __rand__(self, other: Any) -> Expr:
        return Expr("and", (condition(other), condition(self)), kind=CONDITION)

    def __or__(self, other: Any) -> Expr:
        return Expr("or", (condition(self), condition(other)), kind=CONDITION)

    def __ror__(self, other: Any) -> Expr:
        return Expr("or", (condition(other), condition(self)), kind=CONDITION)

    def __invert__(self) -> Expr:
        return Expr("not", (condition(self),), kind=CONDITION)


class Percent:
    """A distance as a share of the fill price; made by ``percent``."""

    __slots__ = ("value",)

    def __init__(self, value: Expr) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Percent) and self.value.equals(other.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"percent({self.value!r})"


def percent(value: Any) -> Percent:
    """A stop, target or trail distance in percent of the fill price (of the running extreme for a trail).

    >>> percent(1.5)
    percent(1.5)
    """
    return Percent(number(value))


def constant(value: float) -> Expr:
    """A number as an expression."""
    return Expr("constant", (), (float(value) + 0.0,))


def array(values: Any, *, copy: bool = True) -> Expr:
    """An array with a value per candle as an expression; booleans make a condition, anything else float64.

    What a masked array hides is NaN, or False in a condition. Without a copy the array must not change while the
    expression is in use.
    """
    if isinstance(values, np.ma.MaskedArray):
        shown: np.ma.MaskedArray = values if values.dtype == bool else np.ma.asarray(values, dtype=np.float64)
        values = shown.filled(False if values.dtype == bool else np.nan)
    data = np.asarray(values)
    if data.ndim != 1:
        raise ExpressionError(
            f"an array in an expression has a value per candle, one dimension, got shape {data.shape}"
        )
    if data.dtype == object or data.dtype.kind not in "biuf":
        raise ExpressionError(f"an array in an expression holds numbers or booleans, got dtype {data.dtype}")
    kind = CONDITION if data.dtype == bool else NUMBER
    data = np.require(data, np.uint8 if kind == CONDITION else np.float64, ["C", "A"])
    fresh = isinstance(values, (list, tuple)) or not np.may_share_memory(data, np.asarray(values))
    data = data.view() if fresh or not copy else data.copy()
    data.flags.writeable = False
    return Expr("array", kind=kind, data=data)


def time_array(nanoseconds: np.ndarray) -> Expr:
    """Times of candles, int64 ns UTC, as the input of an operator of time; the array must not change."""
    return Expr("array", kind=TIME, data=nanoseconds)


def lift(value: Any) -> Expr:
    """``value`` as an expression: an Expr as it is, a number, or an array with a value per candle."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, (bool, np.bool_)):
        raise ExpressionError(f"a single {value!r} is no condition: give an expression or an array of booleans")
    if isinstance(value, numbers.Real):
        return constant(float(value))
    if isinstance(value, Percent):
        raise ExpressionError("percent(...) stands alone as a distance and cannot be part of an expression")
    if hasattr(value, "__len__") and not isinstance(value, (str, bytes)):
        return array(value)
    raise ExpressionError(f"cannot use {value!r} in an expression: give an expression, a number or an array")


def number(value: Any) -> Expr:
    """``value`` as a numeric expression; a condition becomes 1.0 and 0.0."""
    node = lift(value)
    return node if node.kind == NUMBER else Expr("where", (node, constant(1.0), constant(0.0)))


def condition(value: Any) -> Expr:
    """``value`` as a condition; a float array counts as true where it is neither 0 nor NaN (rule D5)."""
    node = lift(value)
    if node.kind == CONDITION:
        return node
    if node.op == "array":
        data = node.data
        return array((data != 0) & ~np.isnan(data))  # type: ignore[arg-type]
    raise ExpressionError(f"{node!r} is a number where a condition is needed: compare it with something")


def _arithmetic(op: str, left: Any, right: Any) -> Expr:
    return Expr(op, (number(left), number(right)))


def _comparison(op: str, left: Any, right: Any) -> Expr:
    return Expr(op, (number(left), number(right)), kind=CONDITION)


def _bracketed(node: Expr) -> str:
    return f"({node!r})" if node.label is None and node.op in _INFIX else repr(node)


def _digest(node: Expr) -> str:
    """Digest of a node whose inputs have theirs."""
    import hashlib

    digest = hashlib.blake2b(f"{node.op}/{node.kind}/{len(node.inputs)}".encode(), digest_size=16)
    content = () if node.data is None else (hashlib.blake2b(node.data, digest_size=16).hexdigest(),)
    for value in node.params + content:
        encoded = struct.pack("<d", value) if isinstance(value, float) else str(value).encode()
        digest.update(f"/{type(value).__name__}:{len(encoded)}:".encode() + encoded)
    for part in node.inputs:
        digest.update(part.key.encode())
    return digest.hexdigest()


def _rebuild(op: str, inputs: Any, params: Any, kind: str, label: str | None, data: Any) -> Expr:
    return Expr(op, inputs, params, kind=kind, label=label, data=data)


timestamp = Expr("column", (), ("timestamp",), kind=TIME)
open_, high, low, close, volume = (Expr("column", (), (name,)) for name in ("open", "high", "low", "close", "volume"))
