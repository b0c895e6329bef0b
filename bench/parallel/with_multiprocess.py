"""``multiprocess.Pool``: the same with dill, which sends functions by value."""

from __future__ import annotations

import multiprocess

from bench.parallel import with_multiprocessing


class Tool(with_multiprocessing.Tool):
    library = multiprocess
