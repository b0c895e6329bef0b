"""Random arrays: lengths around blocks and words, values of every size, layouts and types that NumPy allows."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from btcore._core.types import BLOCK, WORD

ODD = (
    np.nan,
    np.inf,
    -np.inf,
    0.0,
    -0.0,
    5e-324,
    -2.3e-308,
    1.8e308,
    -1.8e308,
    1e200,
    1e-200,
    2.0**63,
    -(2.0**63),
    1e19,
)
INTEGERS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint32, np.uint64)


def random_length(rng: random.Random) -> int:
    """Often short, often where a word or a block ends."""
    if rng.random() < 0.5:
        return rng.randint(0, 150)
    edge = rng.choice([WORD, 2 * WORD, BLOCK // 2, BLOCK, 2 * BLOCK, 3 * BLOCK])
    return max(0, edge + rng.randint(-3, 3)) if rng.random() < 0.7 else rng.randint(0, 3 * BLOCK)


def random_window(rng: random.Random, length: int) -> int:
    """From 1 to far beyond the length."""
    few = rng.randint(1, 20)
    edges = [few, rng.randint(1, 300), WORD + rng.randint(-2, 2), max(1, length + rng.randint(-2, 2)), length + 1]
    far = [10 * length + 7, BLOCK + rng.randint(-2, 2), 100_000]
    return rng.choice(far) if rng.random() < 0.15 else rng.choice(edges)


def random_values(rng: random.Random, length: int) -> np.ndarray:
    """A walk, noise of one size or of all, or few different values; spoiled or not."""
    draw = np.random.default_rng(rng.randrange(2**32))
    kind = rng.choice(["walk", "noise", "sizes", "few", "equal", "ramp", "prices"])
    if kind == "walk":
        values = draw.normal(size=length).cumsum() + rng.choice([0, 100, 1e9])
    elif kind == "sizes":
        values = draw.normal(size=length) * 10.0 ** draw.integers(-300, 300, length)
    elif kind == "few":
        values = draw.choice([-1.0, 0.0, 1.0, 2.0], length)
    elif kind == "equal":
        values = np.full(length, rng.choice([*ODD, 1.1]))
    elif kind == "ramp":
        values = np.arange(length) * rng.choice([1.0, -1.0, 1e-5, 1e300])
    elif kind == "prices":
        values = np.round(1e6 + draw.normal(size=length).cumsum()) * 1e-5
    else:
        values = draw.normal(size=length) * rng.choice([1.0, 1e-310, 1e150, 1e307])
    spoil = rng.choice([0.0, 0.0, 0.01, 0.2, 0.9])
    return np.where(draw.random(length) < spoil, draw.choice(ODD, length), values)


def random_flags(rng: random.Random, length: int) -> np.ndarray:
    """A condition of any density."""
    draw = np.random.default_rng(rng.randrange(2**32))
    return draw.random(length) < rng.choice([0.0, 0.01, 0.5, 0.99, 1.0])


def random_times(rng: random.Random, length: int) -> np.ndarray:
    """Increasing times in ns: regular or not, before 1970, in the far future, around clock changes."""
    step = rng.choice([1, 10**9, 60 * 10**9, 3_600 * 10**9, 86_400 * 10**9])
    draw = np.random.default_rng(rng.randrange(2**32))
    gaps = draw.integers(1, rng.choice([2, 5, 100]), length) * step
    start = rng.choice([0, -(10**18), 17 * 10**17, 1_711_846_800 * 10**9, 4 * 10**18, -5 * 10**18])
    return start + np.cumsum(gaps)


def laid_out(rng: random.Random, values: np.ndarray) -> Any:
    """The same values in another layout, sometimes in another type, which may change them."""
    kind = rng.choice(
        ["as is", "read-only", "strided", "reversed", "column", "big", "unaligned", "list", "float32", "int"]
    )
    if kind == "read-only":
        values = values.copy()
        values.flags.writeable = False
    elif kind == "strided":
        values = np.repeat(values, 3)[::3]
    elif kind == "reversed":
        values = values[::-1].copy()[::-1]
    elif kind == "column":
        values = np.stack([values, values], axis=1)[:, 1]
    elif kind == "big":
        values = values.astype(values.dtype.newbyteorder(">"))
    elif kind == "unaligned" and values.dtype == np.float64:
        values = np.frombuffer(b"?" + values.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    elif kind == "list":
        return values.tolist()
    elif kind in ("float32", "int") and values.dtype == np.float64:
        with np.errstate(all="ignore"):
            whole = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0)
            return values.astype(np.float32) if kind == "float32" else (whole % 100).astype(rng.choice(INTEGERS))
    return values
