"""Surveys of millions of clients, drawn window by window into an Arrow table or a Parquet file."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from confstudy.files import write_with
from confstudy.simulate.measure.observe import Coded, observed
from confstudy.simulate.progress import Told
from confstudy.simulate.request import Do, Model, Request, request

__all__ = ["WINDOW", "draw", "draw_to", "fill"]

#: Rows of a Parquet row group; the bytes of a file depend on it.
_GROUP = 131_072
#: Clients that are drawn at once: their columns stay in the processor's cache.
WINDOW = 32_768


def draw(
    model: Model = "therapy",
    *,
    clients: int,
    therapists: int | None = None,
    seed: int,
    do: Do | None = None,
    columns: Collection[str] | None = None,
    window: int = WINDOW,
    workers: int = 1,
) -> pa.Table:
    """Draw the complete answers of any number of clients as an Arrow table.

    Use it to measure a design on millions; :func:`confstudy.simulate` draws a survey with
    those who answered it. Rows, columns and numbers are the same whatever ``window`` and
    ``workers`` are, and the same as those of a simulation with this seed.

    Parameters
    ----------
    model
        A bundled name, the path of a YAML file, or a Structure.
    clients, therapists
        How many; 20 clients a therapist unless said otherwise.
    do
        Variable → the arm or number that everybody has.
    columns
        The columns and scales of the codebook that are wanted; all if left out.
    window
        Clients drawn at once.
    workers
        Processes that draw.

    Returns
    -------
    pyarrow.Table
        One row a client: items as int8, the other columns as dictionaries.

    Examples
    --------
    >>> table = draw("therapy", clients=5_000, seed=1)
    >>> table.num_rows, table["arm"].type
    (5000, DictionaryType(dictionary<values=string, indices=int8, ordered=0>))
    """
    asked = request(model, clients, therapists, seed, do, columns)
    return pa.concat_tables(_parts(asked, window, workers)).unify_dictionaries()


def draw_to(
    out: str | Path,
    model: Model = "therapy",
    *,
    clients: int,
    therapists: int | None = None,
    seed: int,
    do: Do | None = None,
    columns: Collection[str] | None = None,
    window: int = WINDOW,
    workers: int = 1,
    told: Told | None = None,
) -> Path:
    """Draw into a Parquet file, never holding more than a few windows in memory.

    The bytes depend on model, clients, therapists, seed, ``do`` and ``columns`` alone. The file
    appears when it is complete; ``told`` is called with the clients drawn so far and all of them.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = draw_to(f"{folder}/arms.parquet", clients=500, seed=1, columns=["arm"])
    ...     pq.read_metadata(path).num_rows
    500
    """
    out = Path(out)
    asked = request(model, clients, therapists, seed, do, columns)
    write_with(out, lambda path: fill(path, asked, window=window, workers=workers, told=told))
    return out


def fill(
    path: Path,
    asked: Request,
    *,
    window: int = WINDOW,
    workers: int = 1,
    told: Told | None = None,
) -> None:
    """Draw what is asked for into this file."""
    writer = None
    try:
        for group in _groups(_parts(asked, window, workers, told)):
            writer = writer or pq.ParquetWriter(path, group.schema, compression="zstd")
            writer.write_table(group, row_group_size=_GROUP)
    finally:
        if writer is not None:
            writer.close()


def _parts(
    asked: Request, window: int, workers: int, told: Told | None = None
) -> Iterator[pa.Table]:
    """The windows in their order."""
    windows = [asked.over(part) for part in asked.population.windows(window)]
    drawn = map(_part, windows) if workers <= 1 else _shared_out(windows, workers)
    for part, table in zip(windows, drawn, strict=True):
        yield table
        if told is not None:
            told(part.population.stop, asked.population.clients)


def _shared_out(windows: Sequence[Request], workers: int) -> Iterator[pa.Table]:
    """The windows drawn by other processes, at most two a worker under way."""
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_leave_interrupts
    )
    waiting: deque[Future[pa.Table]] = deque()
    rest = iter(windows)
    try:
        waiting.extend(pool.submit(_part, part) for part in islice(rest, 2 * workers))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(_part, part) for part in islice(rest, 1))
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    """An interrupt is for the process that shares out the work, which ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _part(asked: Request) -> pa.Table:
    columns = observed(asked.structure, asked.population, asked.values(), asked.columns)
    return pa.table({name: _array(column) for name, column in columns.items()})


def _array(column: Coded) -> pa.Array:
    if not column.labels:
        # A safe cast: a code that does not fit is an error, not another code.
        return pa.array(column.codes).cast(pa.int8())
    kind = np.int32 if column.open else np.int8
    words = pa.array(column.labels) if column.open else _dictionary(column.labels)
    return pa.DictionaryArray.from_arrays(pa.array(column.codes.astype(kind, copy=False)), words)


@lru_cache(maxsize=256)
def _dictionary(labels: tuple[str, ...]) -> pa.Array:
    return pa.array(labels)


def _groups(parts: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The rows in groups of one size, whatever the windows were."""
    waiting: list[pa.Table] = []
    rows = 0
    for part in parts:
        waiting.append(part)
        rows += part.num_rows
        while rows >= _GROUP:
            whole = _joined(waiting)
            yield whole.slice(0, _GROUP).combine_chunks()
            waiting, rows = [whole.slice(_GROUP)], rows - _GROUP
    if rows:
        yield _joined(waiting).combine_chunks()


def _joined(parts: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables([_with_words(part) for part in parts])


def _with_words(part: pa.Table) -> pa.Table:
    """Columns whose dictionary depends on the window, such as therapists, as words."""
    for place, field in enumerate(part.schema):
        if pa.types.is_dictionary(field.type) and field.type.index_type == pa.int32():
            part = part.set_column(place, field.name, part.column(place).cast(pa.string()))
    return part
