"""Surveys of millions of clients, drawn window by window into an Arrow table or a Parquet file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from confstudy.errors import StructureError
from confstudy.files import write_with
from confstudy.simulate.measure.observe import Coded, observed
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.world import World

__all__ = ["draw", "draw_to"]

#: Rows of a Parquet row group; the bytes of a file depend on it.
_GROUP = 131_072
#: Clients that are drawn at once: their columns stay in the processor's cache.
_WINDOW = 65_536
Told = Callable[[int, int], None]


def draw(
    model: str | Path | Structure = "therapy",
    *,
    clients: int,
    therapists: int | None = None,
    seed: int,
    window: int = _WINDOW,
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
    structure, population = _asked(model, clients, therapists, seed)
    parts = list(_parts(structure, population, window, workers))
    return pa.concat_tables(parts).unify_dictionaries()


def draw_to(
    out: str | Path,
    model: str | Path | Structure = "therapy",
    *,
    clients: int,
    therapists: int | None = None,
    seed: int,
    window: int = _WINDOW,
    workers: int = 1,
    told: Told | None = None,
) -> Path:
    """Draw into a Parquet file, never holding more than a few windows in memory.

    The bytes depend on model, clients, therapists and seed alone. The file appears when it is
    complete; ``told`` is called with the clients drawn so far and all of them.
    """
    structure, population = _asked(model, clients, therapists, seed)
    out = Path(out)

    def write(path: Path) -> None:
        parts = _parts(structure, population, window, workers, told)
        writer = None
        for group in _groups(parts):
            writer = writer or pq.ParquetWriter(path, group.schema, compression="zstd")
            writer.write_table(group, row_group_size=_GROUP)
        if writer is not None:
            writer.close()

    write_with(out, write)
    return out


def _asked(
    model: str | Path | Structure, clients: int, therapists: int | None, seed: int
) -> tuple[Structure, Population]:
    therapists = max(1, clients // 20) if therapists is None else therapists
    if clients < 1 or seed < 0 or not 1 <= therapists <= clients:
        raise StructureError(
            "A draw needs a client or more, a therapist or more but no more than clients, and a "
            "seed of 0 or more."
        )
    return read_structure(model), Population(clients, therapists, seed)


def _parts(
    structure: Structure,
    population: Population,
    window: int,
    workers: int,
    told: Told | None = None,
) -> Iterator[pa.Table]:
    """The windows in their order, at most two a worker under way."""
    windows = list(population.windows(window))
    if workers <= 1:
        for part in windows:
            yield _part(structure, part)
            if told is not None:
                told(part.stop, population.clients)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[tuple[Population, Future[pa.Table]]] = deque()
        rest = iter(windows)
        for part in rest:
            waiting.append((part, pool.submit(_part, structure, part)))
            if len(waiting) >= 2 * workers:
                break
        while waiting:
            part, future = waiting.popleft()
            yield future.result()
            if told is not None:
                told(part.stop, population.clients)
            following = next(rest, None)
            if following is not None:
                waiting.append((following, pool.submit(_part, structure, following)))


def _part(structure: Structure, population: Population) -> pa.Table:
    values = World(structure, population).values()
    columns = observed(structure, population, values)
    return pa.table({name: _array(column) for name, column in columns.items()})


def _array(column: Coded) -> pa.Array:
    if not column.labels:
        return pa.array(column.codes.astype(np.int8))
    kind = np.int32 if column.open else np.int8
    return pa.DictionaryArray.from_arrays(
        pa.array(column.codes.astype(kind)), pa.array(column.labels)
    )


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
