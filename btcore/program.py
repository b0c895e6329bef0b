"""Expressions -> the operators that the core runs: each distinct node once, recursions side by side.

``Program`` collects what is asked for (``slot`` for values on every candle, ``level`` for values on few), drops
duplicates, orders the operators and builds a ``Pipeline`` over the arrays of one instrument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from btcore._core.levels import LOAD_CONDITION, LOAD_CONSTANT, LOAD_NUMBER
from btcore._core.pipeline import Pipeline
from btcore._core.types import LANES, OPCODES
from btcore.errors import DataError
from btcore.expr import CONDITION, Expr

__all__ = ["Program", "evaluate"]

COLUMNS = ("open", "high", "low", "close", "volume")
LEAVES = ("column", "constant", "array")
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
        self._slots: dict[str, int] = {}
        self._kinds: list[bool] = []
        self._constants: list[tuple[int, float]] = []
        self._columns: list[tuple[int, str]] = []
        self._arrays: list[tuple[int, np.ndarray]] = []
        self._nodes: list[Expr] = []

    def slot(self, expr: Expr) -> int:
        """The slot that holds `expr` on every candle."""
        for node in _inputs_first(expr, self._slots):
            slot = self._slots[node.key] = len(self._kinds)
            self._kinds.append(node.kind == CONDITION)
            if node.op == "constant":
                self._constants.append((slot, node.params[0]))
            elif node.op == "column":
                self._columns.append((slot, node.params[0]))
            elif node.op == "array":
                self._arrays.append((slot, node.data))  # type: ignore[arg-type]
            else:
                self._nodes.append(node)
        return self._slots[expr.key]

    def level(self, expr: Expr | None) -> list[Instruction]:
        """Instructions that give `expr` on single candles; empty for None.

        What has memory runs on every candle in a slot; the arithmetic above it is left to the instructions.
        """
        if expr is None:
            return []
        code: list[Instruction] = []
        registers: dict[str, int] = {}
        for node in _inputs_first(expr, registers, stop=self._is_loaded):
            registers[node.key] = len(code)
            if node.op == "constant":
                code.append((LOAD_CONSTANT, 0, 0, 0, node.params[0]))
            elif self._is_loaded(node):
                load = LOAD_CONDITION if node.kind == CONDITION else LOAD_NUMBER
                code.append((load, self.slot(node), 0, 0, 0.0))
            else:
                a, b, c = ([registers[part.key] for part in node.inputs] + [0, 0])[:3]
                code.append((OPCODES[node.op], a, b, c, 0.0))
        return code

    def _is_loaded(self, node: Expr) -> bool:
        return node.op not in ELEMENTWISE or node.key in self._slots

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

    def _operators(self, length: int) -> Iterator[tuple[Any, ...]]:
        """Operators after their inputs; exponential means are held back until they can share a bank."""
        users: dict[str, list[Expr]] = {node.key: [] for node in self._nodes}
        missing = {}
        for node in self._nodes:
            inputs = {part.key for part in node.inputs if part.key in users}
            missing[node.key] = len(inputs)
            for key in inputs:
                users[key].append(node)
        ready = [node for node in self._nodes if not missing[node.key]]
        while ready:
            chosen = [node for node in ready if node.op != "ewm"] or ready
            yield from self._emitted(chosen, length)
            ready = [node for node in ready if node.op == "ewm" and chosen is not ready]
            for user in (user for node in chosen for user in users[node.key]):
                missing[user.key] -= 1
                if not missing[user.key]:
                    ready.append(user)

    def _emitted(self, nodes: list[Expr], length: int) -> Iterator[tuple[Any, ...]]:
        """Operators of nodes whose inputs are there: exponential means in banks, or others one by one."""
        if nodes[0].op == "ewm":
            yield from (self._bank(nodes[first : first + LANES]) for first in range(0, len(nodes), LANES))
        else:
            yield from (self._operator(node, length) for node in nodes)

    def _bank(self, nodes: list[Expr]) -> tuple[Any, ...]:
        lanes = [(self._slots[node.inputs[0].key], self._slots[node.key], node.params[0]) for node in nodes]
        return (OPCODES["ewm"], 0, 0, 0, 0, 0, 0, 0, 0.0, lanes)

    def _operator(self, node: Expr, length: int) -> tuple[Any, ...]:
        name = "shift_condition" if node.op == "shift" and node.kind == CONDITION else node.op
        a, b, c = ([self._slots[part.key] for part in node.inputs] + [0, 0])[:3]
        # a window longer than the candles never fills up, however much longer: it need not take the memory
        window, min_periods, ddof = (min(value, length + 1) for value in (*node.params, 0, 0, 0)[:3])
        return (OPCODES[name], self._slots[node.key], a, b, c, window, min_periods, ddof, 0.0, [])


def evaluate(
    *exprs: Expr, columns: Mapping[str, np.ndarray] | None = None, length: int | None = None
) -> list[np.ndarray]:
    """Values of expressions on every candle: float64 arrays, bool arrays for conditions.

    Parameters
    ----------
    exprs : Expr
    columns : mapping of column name to float64 array, optional
        The candles; not needed where the expressions hold arrays only.
    length : int, optional
        Number of candles; taken from the first array where it is not given.

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
    values: list[np.ndarray] = program.pipeline(columns, length).evaluate(slots)
    return values


def _inputs_first(root: Expr, known: Mapping[str, Any], stop: Any = lambda node: False) -> Iterator[Expr]:
    """Nodes of the tree that are not known yet, inputs before the node; `stop` cuts off what is below a node."""
    seen: set[str] = set()
    stack = [(root, False)]
    while stack:
        node, expanded = stack.pop()
        if node.key in known or (node.key in seen and not expanded):
            continue
        if expanded or not node.inputs or stop(node):
            seen.add(node.key)
            yield node
        else:
            seen.add(node.key)
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(node.inputs))
