"""Several reports at once on the workers of a dask cluster that is there already."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

from confstudy import __version__
from confstudy.errors import ConfigError, ReportError
from confstudy.files import write_text
from confstudy.release.ledger.folder import ledger_folder, prepared
from confstudy.report.engine.jobs import Done, Tools, run_here, run_many
from confstudy.report.engine.progress import Stage
from confstudy.report.engine.warm import Warm

__all__ = ["run_on"]

J = TypeVar("J")
R = TypeVar("R")
_WARM = "confstudy-warm"
_TOPIC = "confstudy-said"


def run_on(
    address: str,
    jobs: Sequence[J],
    work: Callable[[J, Tools], R],
    root: Path,
    *,
    say: Callable[[J, Stage], object] | None = None,
    timeout: float = 10.0,
) -> Generator[Done[J, R], None, None]:
    """Do jobs on the workers of a cluster, and yield what became of each as it has ended.

    Every worker must see the study's folder and its ledger under the same paths, since a report
    is built under their locks, wherever that is. On Linux a job has a process of its own there,
    forked from one that is warm. Where the caller stops, all that still runs is ended.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    jobs, work
        As for :func:`confstudy.report.engine.jobs.run_many`.
    say
        Called with the job and how far it is.
    root
        The study's folder.
    timeout
        Seconds to wait for the scheduler.

    Raises
    ------
    ConfigError
        dask is not installed, nobody answers, or a worker is not fit for it.
    """
    distributed = _distributed()
    with ExitStack() as stack:
        client = stack.enter_context(_client(distributed, address, timeout))
        _require_fit(client, root)
        client.register_plugin(_plugin(distributed), name=_WARM)
        stack.callback(client.unregister_worker_plugin, _WARM)
        if say:
            client.subscribe_topic(_TOPIC, partial(_heard, jobs, say))
            stack.callback(client.unsubscribe_topic, _TOPIC)
        asked = {
            client.submit(_work, number, job, work, pure=False): job
            for number, job in enumerate(jobs)
        }
        stack.callback(client.cancel, list(asked), force=True)
        ended = distributed.as_completed(list(asked), loop=client.loop, raise_errors=False)
        for future in ended:
            yield _done(future, asked[future])


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise ConfigError(
            'Building on a cluster needs dask: pip install "confstudy[scale]".'
        ) from None
    return distributed


@contextmanager
def _client(distributed: Any, address: str, timeout: float) -> Iterator[Any]:
    try:
        client = distributed.Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError, TypeError):
        raise ConfigError(
            f"No dask scheduler answers at '{address}': give the address that `dask scheduler` "
            "shows, such as tcp://10.0.0.5:8786."
        ) from None
    with client:
        yield client


def _require_fit(client: Any, root: Path) -> None:
    """Refuse workers that would build something else, or in each other's way."""
    threads = client.nthreads()
    if not threads:
        raise ConfigError("The dask cluster has no worker: start one with `dask worker ADDRESS`.")
    if max(threads.values()) > 1:
        raise ConfigError(
            "Reports are built by processes: start the workers with --nthreads 1, or a "
            "LocalCluster with threads_per_worker=1."
        )
    with _tokens(root) as tokens:
        seen = client.run(_sees, tokens, on_error="return")
    unfit = [answer for answer in seen.values() if answer != __version__]
    if unfit:
        strange = next((answer for answer in unfit if isinstance(answer, str) and answer), "")
        why = (
            f"have confstudy {strange}, not {__version__}: install the same there"
            if strange
            else "do not see this study's folder and its ledger, or have no confstudy: start them "
            "where both are under the same paths, or build here with -j"
        )
        raise ConfigError(f"{len(unfit)} of {len(seen)} dask workers {why}.")


@contextmanager
def _tokens(root: Path) -> Iterator[dict[str, str]]:
    """Files that only who sees the same folders can read: their paths and texts."""
    folders = (root / "reports", prepared(ledger_folder(root)))
    tokens = {str(folder / f".token-{token_hex(8)}"): token_hex(16) for folder in folders}
    try:
        for path, text in tokens.items():
            write_text(Path(path), text)
        yield {**tokens, "": str(ledger_folder(root))}
    finally:
        for path in tokens:
            Path(path).unlink(missing_ok=True)


def _sees(tokens: Mapping[str, str]) -> str:
    """The version of confstudy on a worker, or nothing where it does not see the study."""
    paths = [path for path in tokens if path]
    root = Path(paths[0]).parents[1]
    same = str(ledger_folder(root)) == tokens[""]
    with suppress(OSError):
        if same and all(Path(path).read_text("utf-8") == tokens[path] for path in paths):
            return __version__
    return ""


def _plugin(distributed: Any) -> Any:
    """Keeps a warm process beside each worker for as long as reports are built."""

    class WarmBeside(distributed.WorkerPlugin):  # type: ignore[misc]
        def setup(self, **_: object) -> None:
            self.warm = Warm.started()

        def teardown(self, **_: object) -> None:
            if self.warm:
                self.warm.close()

    return WarmBeside()


def _work(number: int, job: J, work: Callable[[J, Tools], R]) -> tuple[R | None, Any]:
    """On a worker: do a job in a process of its own; its result, or why there is none."""
    import distributed

    worker: Any = distributed.get_worker()
    plugin: Any = worker.plugins[_WARM]
    warm = plugin.warm

    def say(_: object, stage: Stage) -> None:
        worker.log_event(_TOPIC, [number, stage.done, stage.total, stage.seconds, stage.left])

    run = run_many([job], work, 1, warm=warm, say=say) if warm else run_here([job], work, say=say)
    (done,) = run
    return done.result, done.failed


def _heard(
    jobs: Sequence[J], say: Callable[[J, Stage], object], event: tuple[float, list[Any]]
) -> None:
    number, *stage = event[1]
    say(jobs[number], Stage(*stage))


def _done(future: Any, job: J) -> Done[J, Any]:
    if future.status != "finished":
        return Done(job, failed=ReportError("the dask worker that built it was lost."))
    result, failed = future.result()
    return Done(job, result, failed)
