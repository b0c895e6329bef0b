"""Expressions -> the operators that the core runs: each distinct node once, recursions side by side.

``Program`` collects what is asked for (``slot`` for values on every candle, ``level`` for values on few), drops
duplicates, orders the operators and builds a ``Pipeline`` over the arrays of one instrument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from btcore._core.levels import LOAD_CONDITION, LOAD_CONSTANT, LOAD_NUMBER
from btcore._core.pipeline import Pipeline
from btcore._core.types import LANES, OPCODES, SlotKind
from btcore.callables import Function
from btcore.errors import DataError, ExpressionError
from btcore.expr import CONDITION, Expr

__all__ = ["Program", "evaluate"]

COLUMNS = ("open", "high", "low", "close", "volume")
LONGEST = 2**40  # a whole number that no count of candles reaches
LEAVES = ("column", "constant", "array")
# Operators without memory: a level expression applies them only on the candles where a signal stands.
ELEMENTWISE = {
    *("add", "sub", "mul", "div", "neg", "abs", "sqrt", "minimum", "maximum", "where"),
    *("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"),
}

Instruction = tuple[int, int, int, int, float]
Made = tuple[int, Expr, list[int]]
Operation = tuple[Any, ...]  # see the core's Pipeline


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
        self._known: dict[int, int] = {}  # id of a node -> slot; `_alive` keeps the ids from being used again
        self._alive: list[Expr] = []
        self._kinds: list[int] = []
        self._constants: list[tuple[int, float]] = []
        self._columns: list[tuple[int, str]] = []
        self._arrays: list[tuple[int, np.ndarray]] = []
        self._nodes: list[tuple[int, Expr, list[int]]] = []  # slot, operator, slots of its inputs

    def slot(self, expr: Expr) -> int:
        """The slot that holds `expr` on every candle."""
        for node in _inputs_first(expr, self._known):
            self._known[id(node)] = self._array_slot(node) if node.op == "array" else self._slot_of(node)
            self._alive.append(node)
        return self._known[id(expr)]

    def _slot_of(self, node: Expr) -> int:
        inputs = [self._known[id(part)] for part in node.inputs]
        identity = (node.op, node.kind, node.params, *inputs)
        if identity in self._slots:
            return self._slots[identity]
        slot = self._slots[identity] = self._new_slot(node)
        if node.op == "constant":
            self._constants.append((slot, node.params[0]))
        elif node.op == "column":
            self._columns.append((slot, node.params[0]))
        else:
            self._nodes.append((slot, node, inputs))
        return slot

    def _array_slot(self, node: Expr) -> int:
        assert node.data is not None
        for slot, values in self._arrays:
            if _same_values(values, node.data):
                return slot
        slot = self._new_slot(node)
        self._arrays.append((slot, node.data))
        return slot

    def _new_slot(self, node: Expr) -> int:
        self._kinds.append(SlotKind.CONDITIONS if node.kind == CONDITION else SlotKind.NUMBERS)
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

    def _is_loaded(self, node: Expr) -> bool:
        return node.op not in ELEMENTWISE or id(node) in self._known

    def pipeline(self, columns: Mapping[str, np.ndarray], length: int) -> Pipeline:
        """The operators bound to the arrays of one instrument.

        Raises
        ------
        DataError
            If an array in an expression has not one value per candle.
        """
        for _, values in self._arrays:
            if len(values) != length:
                raise DataError(
                    f"an array in an expression has {len(values)} values for {length} candles; "
                    "give one value per candle of the candles that are simulated"
                )
        sources = [(slot, columns[name]) for slot, name in self._columns] + self._arrays
        return Pipeline(self._kinds, self._constants, sources, list(self._operators(length)), length)

    def streamed(self) -> tuple[list[int], list[tuple[int, float]], list[tuple[int, int]], list[Operation]]:
        """Kinds, constants, columns and operators of a stream of the core.

        Raises
        ------
        ExpressionError
            If an expression holds an array.
        """
        if self._arrays:
            raise ExpressionError("an array in an expression has no value for candles that are still to come")
        columns = [(slot, COLUMNS.index(name)) for slot, name in self._columns]
        return self._kinds, self._constants, columns, list(self._operators(LONGEST))

    def _operators(self, length: int) -> Iterator[Operation]:
        """Operators after their inputs; exponential means are held back until they can share a bank."""
        users: dict[int, list[Made]] = {slot: [] for slot, _, _ in self._nodes}
        missing: dict[int, int] = {}
        for made in self._nodes:
            needed = {slot for slot in made[2] if slot in users}
            missing[made[0]] = len(needed)
            for slot in needed:
                users[slot].append(made)
        ready = [made for made in self._nodes if not missing[made[0]]]
        while ready:
            chosen = [made for made in ready if made[1].op != "ewm"] or ready
            yield from _emitted(chosen, length)
            ready = [made for made in ready if made[1].op == "ewm" and chosen is not ready]
            for user in (user for slot, _, _ in chosen for user in users[slot]):
                missing[user[0]] -= 1
                if not missing[user[0]]:
                    ready.append(user)


def _emitted(nodes: list[Made], length: int) -> Iterator[Operation]:
    """Operators of nodes whose inputs are there: exponential means in banks, or others one by one."""
    if nodes[0][1].op == "ewm":
        yield from (_bank(nodes[first : first + LANES]) for first in range(0, len(nodes), LANES))
    else:
        yield from (_operator(*made, length) for made in nodes)


def _bank(nodes: list[Made]) -> Operation:
    lanes = [(inputs[0], slot, *_lane(*node.params)) for slot, node, inputs in nodes]
    return OPCODES["ewm"], 0, (), (), (), lanes


def _lane(alpha: float, count: int = 1, skip: int = 0, silent: int = 0) -> tuple[float, int, int, int]:
    """Parameters of an exponential mean: what counts inputs is cut to what no count reaches."""
    return alpha, min(count, LONGEST), min(skip, LONGEST), silent


def _operator(slot: int, node: Expr, inputs: list[int], length: int) -> Operation:
    name = "shift_condition" if node.op == "shift" and node.kind == CONDITION else node.op
    # a window longer than the candles never fills up, however much longer: it need not take the memory
    whole = [min(value, length + 1) for value in node.params if isinstance(value, int)]
    factors = [value for value in node.params if isinstance(value, float)]
    functions = [value.callback() for value in node.params if isinstance(value, Function)]
    return OPCODES[name], slot, inputs, whole, factors, functions[0] if functions else None


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
    values: list[np.ndarray] = program.pipeline(columns, length).evaluate(slots, list(out or [None] * len(slots)))
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
