"""Expressions -> the operators that the core runs: each distinct node once, recursions side by side.

``Program`` collects what is asked for (``slot`` for values on every candle, ``level`` for values on few), drops
duplicates and builds a ``Pipeline`` over the arrays of one instrument; ``operations`` orders the operators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from btcore._core.levels import LOAD_CONDITION, LOAD_CONSTANT, LOAD_NUMBER
from btcore._core.pipeline import Pipeline
from btcore._core.types import OPCODES, SlotKind
from btcore.callables import Function
from btcore.clocks import Clock, inner_frame
from btcore.errors import DataError, ExpressionError
from btcore.expr import CONDITION, NUMBER, TIME, Expr
from btcore.operations import LONGEST, Operation, operations, texts

__all__ = ["Program", "evaluate"]

COLUMNS = ("open", "high", "low", "close", "volume")
LEAVES = ("column", "constant", "array")
_SLOT_KINDS = {NUMBER: SlotKind.NUMBERS, CONDITION: SlotKind.CONDITIONS, TIME: SlotKind.TIMES}
# Operators without memory: a level expression applies them only on the candles where a signal stands.
ELEMENTWISE = {
    *("add", "sub", "mul", "div", "neg", "abs", "sqrt", "minimum", "maximum", "where"),
    *("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"),
}

Instruction = tuple[int, int, int, int, float]


class Program:
    """The operators that some expressions need, in the order in which the core runs them.

    Examples
    --------
    >>> from btcore.expr import close, open_
    >>> program = Program()
    >>> program.slot(close - open_) == program.slot(close - open_)
    True
    """

    def __init__(self) -> None:
        self._slots: dict[tuple[Any, ...], int] = {}  # what a slot holds, in terms of other slots
        self._base = Clock()  # the candles themselves; every timeframe has one of its own
        self._known = self._base.known
        self._alive: list[Expr] = []
        self._kinds: list[int] = []
        self._clocks: list[int] = []  # of each slot the slot that counts its candles; -1: the candles of the block
        self._owners: dict[int, int] = {}  # slot that an operator of several outputs fills -> the slot it is known by
        self._constants: list[tuple[int, float]] = []
        self._columns: list[tuple[int, str]] = []
        self._arrays: list[tuple[int, np.ndarray]] = []
        self._nodes: list[tuple[int, Expr, list[int]]] = []  # slot, operator, slots of its inputs

    def slot(self, expr: Expr) -> int:
        """The slot that holds `expr` on every candle."""
        return self._slot_on(expr, self._base)

    @property
    def clocks(self) -> list[int]:
        """Of each slot the slot that counts its candles, -1 for the candles of the block."""
        return self._clocks

    @property
    def has_timeframes(self) -> bool:
        """Whether the candles need to say how long they last."""
        return bool(self._owners)

    def _slot_on(self, expr: Expr, clock: Clock) -> int:
        """The slot that holds `expr` on every candle of a clock."""
        for node in _inputs_first(expr, clock.known, stop=_is_timeframe):
            if node.op == "array":
                slot = self._array_slot(node, clock)
            elif _is_timeframe(node):
                slot = self._held_slot(node, clock)
            else:
                slot = self._slot_of(node, clock)
            clock.known[id(node)] = slot
            self._alive.append(node)
        return clock.known[id(expr)]

    def _slot_of(self, node: Expr, clock: Clock) -> int:
        if node.op == "column" and clock.columns:
            return clock.columns[node.params[0]]
        inputs = [clock.known[id(part)] for part in node.inputs]
        counted = -1 if node.op == "constant" else clock.count
        identity = (node.op, node.kind, node.params, counted, *inputs)
        if identity in self._slots:
            return self._slots[identity]
        slot = self._slots[identity] = self._new_slot(node.kind, counted)
        if node.op == "constant":
            self._constants.append((slot, node.params[0]))
        elif node.op == "column":
            self._columns.append((slot, node.params[0]))
        else:
            self._nodes.append((slot, node, inputs))
        return slot

    def _held_slot(self, node: Expr, clock: Clock) -> int:
        """The slot of a timeframe's value on the candles of a clock: that of its last bucket that is complete."""
        inner = self._clock_of(node, clock)
        inputs = [self._slot_on(node.inputs[0], inner), inner.complete]
        identity = ("hold", node.kind, *inputs)
        if identity not in self._slots:
            slot = self._slots[identity] = self._new_slot(node.kind, clock.count)
            self._nodes.append((slot, Expr("hold", kind=node.kind), inputs))
        return self._slots[identity]

    def _clock_of(self, node: Expr, clock: Clock) -> Clock:
        """The clock of a timeframe's buckets, and the operator that gathers them, made when first asked for."""
        frame = inner_frame(node, clock)
        if frame not in clock.inner:
            columns = [self._slot_of(Expr("column", params=(name,)), clock) for name in COLUMNS]
            times = self._slot_of(Expr("column", params=("timestamp",), kind=TIME), clock)
            complete, count = (self._new_slot(TIME, clock.count) for _ in range(2))
            starts, ends = (self._new_slot(TIME, count) for _ in range(2))
            filled = {name: self._new_slot(NUMBER, count) for name in COLUMNS}
            slots = (times, clock.ends, columns, count, starts, ends, list(filled.values()))
            self._owners |= dict.fromkeys((count, starts, ends, *filled.values()), complete)
            self._nodes.append((complete, Expr("bucket", params=(frame, *slots)), [times, *columns]))
            named = {"timestamp": starts, **filled}
            clock.inner[frame] = Clock(frame, count, complete, ends, named, clock.depth + 1)
        return clock.inner[frame]

    def _array_slot(self, node: Expr, clock: Clock) -> int:
        assert node.data is not None
        if clock is not self._base:
            raise ExpressionError("an array inside a timeframe has a value per candle, and none per bucket")
        for slot, values in self._arrays:
            if _same_values(values, node.data):
                return slot
        slot = self._new_slot(node.kind, -1)
        self._arrays.append((slot, node.data))
        return slot

    def _new_slot(self, kind: str, counted: int) -> int:
        self._kinds.append(_SLOT_KINDS[kind])
        self._clocks.append(counted)
        return len(self._kinds) - 1

    def level(self, expr: Expr | None) -> list[Instruction]:
        """Instructions that give `expr` on single candles; empty for None.

        What has memory runs on every candle in a slot; the arithmetic above it is left to the instructions.
        """
        if expr is None:
            return []
        code: list[Instruction] = []
        registers: dict[int, int] = {}
        for node in _inputs_first(expr, registers, stop=self._is_loaded):
            registers[id(node)] = len(code)
            if node.op == "constant":
                code.append((LOAD_CONSTANT, 0, 0, 0, node.params[0]))
            elif self._is_loaded(node):
                load = LOAD_CONDITION if node.kind == CONDITION else LOAD_NUMBER
                code.append((load, self.slot(node), 0, 0, 0.0))
            else:
                a, b, c = ([registers[id(part)] for part in node.inputs] + [0, 0])[:3]
                code.append((OPCODES[node.op], a, b, c, 0.0))
        return code

    def operators(self) -> Counter[str]:
        """How many operators there are of each name."""
        return Counter(node.op for _, node, _ in self._nodes)

    @property
    def calls_python(self) -> bool:
        """Whether an operator calls a Python function of the caller, which needs the GIL."""
        functions = (p for _, node, _ in self._nodes for p in node.params if isinstance(p, Function))
        return any(not function.address for function in functions)

    def _is_loaded(self, node: Expr) -> bool:
        return node.op not in ELEMENTWISE or id(node) in self._known

    def pipeline(
        self, columns: Mapping[str, np.ndarray], length: int, duration: int = 0, make: type[Pipeline] = Pipeline
    ) -> Pipeline:
        """The operators bound to the arrays of one instrument, whose candles last `duration` ns (0: not known).

        `make` is the class of the pipeline.

        Raises
        ------
        DataError
            If an array in an expression has not one value per candle.
        ParameterError
            If the candles are longer than a timeframe, or cannot fill it.
        """
        for frame in self._base.inner:
            frame.check_duration(duration, columns.get("timestamp"))
        absent = {name for _, name in self._columns} - set(columns)
        if absent:
            raise DataError(f"the expressions need the candles' {', '.join(sorted(absent))}")
        for _, values in self._arrays:
            if len(values) != length:
                raise DataError(
                    f"an array in an expression has {len(values)} values for {length} candles; "
                    "give one value per candle of the candles that are simulated"
                )
        sources = [(slot, columns[name]) for slot, name in self._columns] + self._arrays
        operators = list(self._operators(length, duration))
        return make(self._kinds, self._constants, sources, operators, length, self._clocks)

    def operator_texts(self, length: int, duration: int = 0) -> list[str]:
        """What each operator of a pipeline computes, in their order."""
        return texts(self._nodes, self._operators(length, duration))

    def streamed(
        self, duration: int = 0
    ) -> tuple[list[int], list[tuple[int, float]], list[tuple[int, int]], list[Operation]]:
        """Kinds, constants, columns and operators of a stream of the core, for candles that last `duration` ns.

        Raises
        ------
        ExpressionError
            If an expression holds an array.
        """
        if self._arrays:
            raise ExpressionError("an array in an expression has no value for candles that are still to come")
        columns = [(slot, (*COLUMNS, "timestamp").index(name)) for slot, name in self._columns]
        for frame in self._base.inner:
            frame.check_duration(duration)
        return self._kinds, self._constants, columns, list(self._operators(LONGEST, duration))

    def _operators(self, length: int, duration: int = 0) -> Iterator[Operation]:
        return operations(self._nodes, self._clocks, self._owners, length, duration)


def _is_timeframe(node: Expr) -> bool:
    return node.op == "timeframe"


def _same_values(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are equal to the bit; a few values are compared first, since most arrays differ early."""
    if a is b:
        return True
    if a.dtype != b.dtype or len(a) != len(b):
        return False
    a, b = a.view(np.uint8), b.view(np.uint8)
    few = slice(None, None, len(a) // 64 + 1)
    return bool((a[few] == b[few]).all()) and bool(np.array_equal(a, b))


def evaluate(
    *exprs: Expr,
    columns: Mapping[str, np.ndarray] | None = None,
    length: int | None = None,
    duration: int = 0,
    out: Sequence[np.ndarray | None] | None = None,
) -> list[np.ndarray]:
    """Values of expressions on every candle: float64 arrays, bool arrays for conditions.

    Parameters
    ----------
    exprs : Expr
    columns : mapping of column name to float64 array, optional
        The candles; not needed where the expressions hold arrays only.
    length : int, optional
        Number of candles; taken from the first array where it is not given.
    duration : int, optional
        How long a candle lasts in ns; 0: not known.
    out : sequence of array or None, optional
        For each expression the contiguous array that its values go to, float64 or bool, or None for a new one.

    Examples
    --------
    >>> from btcore.expr import array
    >>> evaluate(array([1.0, 2.0, 4.0]) * 2)[0].tolist()
    [2.0, 4.0, 8.0]
    """
    program = Program()
    slots = [program.slot(expr) for expr in exprs]
    columns = columns or {}
    if program._columns and not columns:
        raise DataError(f"{exprs[0]!r} needs candles: only expressions of arrays can be evaluated without them")
    if length is None:
        lengths = [len(values) for values in columns.values()] + [len(values) for _, values in program._arrays]
        length = lengths[0] if lengths else 0
    made = program.pipeline(columns, length, duration)
    values: list[np.ndarray] = made.evaluate(slots, list(out or [None] * len(slots)))
    return values


def _inputs_first(root: Expr, known: Mapping[int, Any], stop: Any = lambda node: False) -> Iterator[Expr]:
    """Nodes of the tree whose ids are not known yet, inputs before the node; `stop` cuts off what is below a node."""
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        node, expanded = stack.pop()
        if id(node) in known or (id(node) in seen and not expanded):
            continue
        seen.add(id(node))
        if expanded or not node.inputs or stop(node):
            yield node
        else:
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(node.inputs))
