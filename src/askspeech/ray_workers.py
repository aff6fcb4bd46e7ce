"""Workers of a Ray cluster that prepare files; Ray gives the files of one that dies to another.

The cluster is the one that RAY_ADDRESS names ("auto": the one that runs on this machine); without it, one of this
machine's processors is started and ends with the build. Only messages travel: files to the workers, outcomes back.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from askspeech.errors import ModelError, SettingsError
from askspeech.prepared import Outcome, Recipe, Task, failed
from askspeech.preparing import Preparer, prepare
from askspeech.reading_pool import ReadingPool
from askspeech.worker_pool import AHEAD, LOST, ONE_THREAD, TRIES

__all__ = ["RayWorkers", "prepared_there"]

Key = TypeVar("Key")

_OBJECT_STORE_BYTES = 256 * 1024 * 1024
"""Of the cluster that is started here; less than `limit_file_growth` allows, whose limit Ray's processes inherit."""
_NOT_INSTALLED = (
    "Ray is not installed, and the engine 'ray' needs it: pip install 'askspeech[ray]', here and on every machine of "
    "the cluster; or build with --engine pool.",
    "未安装 Ray，引擎 ray 无法使用。请管理员在集群的每台机器上安装 askspeech[ray]，或改用 --engine pool。",
)


class RayWorkers:
    """The workers of a cluster, asked for when there is something to do.

    Args:
        recipe: what the files are prepared by.
        workers: how many processors a cluster gets that is started here; one that runs already is used whole.

    Raises:
        SettingsError: Ray is not installed, or the cluster does not answer.
    """

    def __init__(self, recipe: Recipe, workers: int) -> None:
        self._ray = _imported()
        self._recipe, self._workers = recipe, workers
        self._started = False
        self._prepare: Any = None
        self._shared: Any = None

    def map(self, tasks: Iterable[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Outcome | None]]:
        """What became of each task, in their order; see `WorkerPool.map`."""
        ahead: deque[tuple[Key, Any]] = deque()
        for key, task in tasks:
            if task is not None:
                self._start()
            ahead.append((key, None if task is None else self._prepare.remote(self._shared, task.packed())))
            while len(ahead) >= AHEAD * self._workers or (ahead and ahead[0][1] is None):
                yield self._taken(ahead)
        while ahead:
            yield self._taken(ahead)

    def close(self) -> None:
        """End the cluster, if it was started here; another one is when there is something to prepare."""
        self._prepare = self._shared = None
        if self._started:
            self._started = False
            self._ray.shutdown()

    def _start(self) -> None:
        if self._prepare is not None:
            return
        ray = self._ray
        if not ray.is_initialized():
            self._started = True
            _connect(ray, self._workers)
        self._workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
        options = {"num_cpus": 1, "max_retries": TRIES - 1, "runtime_env": {"env_vars": dict(ONE_THREAD)}}
        self._prepare = ray.remote(**options)(prepared_there)
        self._shared = ray.put(self._recipe.packed())

    def _taken(self, ahead: deque[tuple[Key, Any]]) -> tuple[Key, Outcome | None]:
        key, reference = ahead.popleft()
        if reference is None:
            return key, None
        errors = self._ray.exceptions
        try:
            message: bytes = self._ray.get(reference)
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError):
            return key, Outcome("unreadable", reason=LOST)
        except errors.RayError as error:
            raise SettingsError(*_no_cluster(error)) from error
        return key, Outcome.unpacked(message)


def prepared_there(recipe: bytes, task: bytes) -> bytes:
    """What a worker of the cluster does: the outcome of a task as a message."""
    preparer, pool = _preparer(recipe)
    if isinstance(preparer, Preparer):
        return prepare(preparer, pool, Task.unpacked(task))
    return failed(preparer)


@lru_cache(maxsize=1)
def _preparer(recipe: bytes) -> tuple[Preparer | ModelError | SettingsError, ReadingPool]:
    """What a worker keeps from one task to the next."""
    pool = ReadingPool(workers=1)
    try:
        return Preparer(Recipe.unpacked(recipe)), pool
    except (ModelError, SettingsError) as error:
        return error, pool


def _imported() -> Any:
    # Ray would report how it is used unless it is told not to before it is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise SettingsError(*_NOT_INSTALLED) from error
    return ray


def _connect(ray: Any, workers: int) -> None:
    """Join the cluster that runs, or start one of so many processors."""
    quiet = {"include_dashboard": False, "configure_logging": False, "log_to_driver": False}
    try:
        if os.environ.get("RAY_ADDRESS"):
            ray.init(log_to_driver=False, configure_logging=False)
        else:
            ray.init(address="local", num_cpus=workers, object_store_memory=_OBJECT_STORE_BYTES, **quiet)
    except Exception as error:  # Ray raises nothing more precise where its processes do not come up
        raise SettingsError(*_no_cluster(error)) from error


def _no_cluster(error: Exception) -> tuple[str, str]:
    return (
        f"The Ray cluster cannot be used ({type(error).__name__}: {error}). Check RAY_ADDRESS and whether it runs, "
        "or build with --engine pool.",
        "无法使用 Ray 集群。请管理员检查 RAY_ADDRESS 和集群是否运行，或改用 --engine pool。",
    )
