"""Workers of ray: of the cluster that is connected, else of one on this machine."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from btcore.batch.executors.futures import Futures
from btcore.batch.tasks import run_packed
from btcore.errors import ParameterError

__all__ = ["local_ray"]


def local_ray(workers: int) -> Futures:
    """Chunks as ray tasks of one core each; a cluster of `workers` cores is started where none is connected."""
    try:
        import ray
    except ImportError:
        raise ParameterError("executor='ray' needs ray: pip install 'btcore[ray]'") from None
    owned = not ray.is_initialized()
    if owned:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, configure_logging=False)
    count = max(1, int(ray.cluster_resources().get("CPU", workers)))
    task = ray.remote(max_retries=0, num_cpus=1)(run_packed)

    def submit(_: Any, parcel: bytes) -> Future[Any]:
        return _followed(ray, task.remote(parcel))

    deaths = (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError)
    return Futures(submit, count, deaths=deaths, close=ray.shutdown if owned else None)


def _followed(ray: Any, reference: Any) -> Future[Any]:
    """A future of the standard library for a ray reference."""
    future: Future[Any] = Future()

    def follow() -> None:
        try:
            future.set_result(ray.get(reference))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=follow, daemon=True).start()
    return future
