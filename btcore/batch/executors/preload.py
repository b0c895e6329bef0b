"""What the fork server of the worker processes imports once, so that workers start in milliseconds.

Numeric libraries read how many threads they may use when they are loaded: it must be one per worker, so this comes
before numpy. That is why the packages on the way here import nothing.
"""

from __future__ import annotations

import os

from btcore.batch.executors import SAFE_PATH

LIMITS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
    "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip

for _name in LIMITS:
    os.environ[_name] = "1"
if os.environ.get("PYTHONSAFEPATH") == SAFE_PATH:
    del os.environ["PYTHONSAFEPATH"]  # what a worker starts looks for modules as usual

import btcore.batch.executors.worker  # noqa: E402, F401
