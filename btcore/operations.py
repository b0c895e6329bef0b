"""Nodes of a program -> operators of the core, each after its inputs, exponential means in banks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from btcore._core.types import LANES, OPCODES
from btcore.callables import Function
from btcore.clocks import time_operands
from btcore.expr import CONDITION, Expr

__all__ = ["LONGEST", "Made", "Operation", "operations", "texts"]

LONGEST = 2**40  # a whole number that no count of candles reaches

Made = tuple[int, Expr, list[int]]  # slot, node, slots of its inputs
Operation = tuple[Any, ...]  # see the core's Pipeline


def operations(
    nodes: list[Made], clocks: list[int], owners: dict[int, int], length: int, duration: int
) -> Iterator[Operation]:
    """Operators after their inputs; exponential means are held back until they can share a bank.

    Parameters
    ----------
    nodes : list of Made
    clocks : list of int
        For each slot the slot that counts its candles; -1: the candles of the block.
    owners : dict of int to int
        For each slot that an operator of several outputs fills the slot that it is known by.
    length : int
        Number of candles.
    duration : int
        How long a candle lasts in ns; 0: not known.
    """
    users: dict[int, list[Made]] = {slot: [] for slot, _, _ in nodes}
    missing: dict[int, int] = {}
    for made in nodes:
        slot, _, inputs = made
        # what comes before it: the operators of its inputs, and the one that counts its candles
        needed = {owners.get(other, other) for other in (*inputs, clocks[slot])} & users.keys()
        missing[slot] = len(needed)
        for other in needed:
            users[other].append(made)
    ready = [made for made in nodes if not missing[made[0]]]
    while ready:
        chosen = [made for made in ready if made[1].op != "ewm"] or ready
        yield from _emitted(chosen, clocks, length, duration)
        ready = [made for made in ready if made[1].op == "ewm" and chosen is not ready]
        for user in (user for slot, _, _ in chosen for user in users[slot]):
            missing[user[0]] -= 1
            if not missing[user[0]]:
                ready.append(user)


def texts(nodes: list[Made], made: Iterable[Operation]) -> list[str]:
    """What each operator computes, as an expression; the means of a bank with commas between them."""
    known = {slot: repr(node) for slot, node, _ in nodes}
    slots = ([lane[1] for lane in extra] if code == OPCODES["ewm"] else [out] for code, out, _, _, _, extra in made)
    return [", ".join(known[slot] for slot in of_one) for of_one in slots]


def _emitted(nodes: list[Made], clocks: list[int], length: int, duration: int) -> Iterator[Operation]:
    """Operators of nodes whose inputs are there: exponential means of a clock in banks, or others one by one."""
    if nodes[0][1].op != "ewm":
        yield from (_operator(*made, length, duration) for made in nodes)
        return
    for count in dict.fromkeys(clocks[slot] for slot, _, _ in nodes):
        alike = [made for made in nodes if clocks[made[0]] == count]
        yield from (_bank(alike[first : first + LANES]) for first in range(0, len(alike), LANES))


def _bank(nodes: list[Made]) -> Operation:
    lanes = [(inputs[0], slot, *_lane(*node.params)) for slot, node, inputs in nodes]
    return OPCODES["ewm"], lanes[0][1], (), (), (), lanes


def _lane(alpha: float, count: int = 1, skip: int = 0, silent: int = 0) -> tuple[float, int, int, int]:
    """Parameters of an exponential mean: what counts inputs is cut to what no count reaches."""
    return alpha, min(count, LONGEST), min(skip, LONGEST), silent


def _operator(slot: int, node: Expr, inputs: list[int], length: int, duration: int) -> Operation:
    if node.op == "bucket":
        frame, times, ends, *slots = node.params
        lasts = duration if ends < 0 else 0
        return OPCODES["bucket"], slot, (), (), (), (frame.table, frame.rule, lasts, times, ends, *slots)
    operands = time_operands(node)
    if operands is not None:
        return OPCODES[node.op], slot, inputs, (), (), operands
    name = f"{node.op}_condition" if node.op in ("shift", "hold") and node.kind == CONDITION else node.op
    # a window longer than the candles never fills up, however much longer: it need not take the memory
    most = (length + 1, length + 1, LONGEST)  # window, min_periods, option
    whole = [min(pair) for pair in zip((value for value in node.params if isinstance(value, int)), most, strict=False)]
    factors = [value for value in node.params if isinstance(value, float)]
    functions = [value.callback() for value in node.params if isinstance(value, Function)]
    return OPCODES[name], slot, inputs, whole, factors, functions[0] if functions else None
