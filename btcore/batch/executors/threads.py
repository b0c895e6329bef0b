"""Threads of this process: compiled work releases the GIL, so they scale; functions of the caller do not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from btcore.batch.executors.futures import Futures

__all__ = ["threads"]


def threads(workers: int) -> Futures:
    """An executor of `workers` threads; it needs no packing and shares the candles as they are."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="btcore")
    return Futures(pool.submit, workers, local=True, close=lambda: pool.shutdown(wait=True, cancel_futures=True))
