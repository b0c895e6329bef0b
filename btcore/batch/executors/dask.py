"""Workers of a dask cluster: those of the client that is there, else of a cluster on this machine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from btcore.batch.executors.futures import Futures
from btcore.errors import ParameterError

__all__ = ["local_dask"]

DEATHS_ALLOWED = 0  # a chunk whose worker died comes back to us at once; we know how to find the culprit


def local_dask(workers: int) -> Futures:
    """Chunks on the current dask client, or on a cluster of `workers` processes with one thread each."""
    try:
        from distributed import Client, KilledWorker, LocalCluster, get_client
    except ImportError:
        raise ParameterError("executor='dask' needs dask: pip install 'btcore[dask]'") from None
    try:
        client = get_client()
        return Futures(_submit(client), _threads_of(client), deaths=(KilledWorker,))
    except ValueError:
        pass
    cluster = LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    )
    client = Client(cluster)

    def close() -> None:
        client.close()
        cluster.close()

    return Futures(_submit(client), workers, deaths=(KilledWorker,), close=close)


def _submit(client: Any) -> Callable[..., Future[Any]]:
    """As futures of the standard library; `pure` off, because equal parcels are not the same work."""
    import dask

    dask.config.set({"distributed.scheduler.allowed-failures": DEATHS_ALLOWED})
    executor = client.get_executor(pure=False, retries=0)
    submit: Callable[..., Future[Any]] = executor.submit
    return submit


def _threads_of(client: Any) -> int:
    return max(1, int(sum(client.nthreads().values())))
