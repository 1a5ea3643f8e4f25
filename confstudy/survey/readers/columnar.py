"""Parquet files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from confstudy.errors import UnreadableFile, listing
from confstudy.survey.readers.grid import unique

__all__ = ["read_parquet"]


def read_parquet(path: Path) -> pd.DataFrame:
    """The columns of a Parquet file, numbers as numbers.

    Raises
    ------
    UnreadableFile
        The file is damaged, or a column holds lists, records or bytes.
    """
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(f"'{path.name}' is not a Parquet file, or it is damaged.") from None
    odd = [place for place, kind in enumerate(table.schema.types, start=1) if not _is_plain(kind)]
    if odd:
        raise UnreadableFile(
            f"'{path.name}': columns {listing(odd)} hold lists, records or bytes; a survey file "
            "has one answer a cell."
        )
    header = [str(name) or f"column {n}" for n, name in enumerate(table.column_names, start=1)]
    try:
        renamed = table.replace_schema_metadata(None).rename_columns(unique(header))
        frame: pd.DataFrame = renamed.to_pandas()
    except (pa.ArrowException, ValueError, OverflowError):
        raise UnreadableFile(f"'{path.name}' holds values that cannot be read.") from None
    return frame.reset_index(drop=True)


def _is_plain(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return not (pa.types.is_nested(inner) or pa.types.is_binary(inner) or _is_bytes(inner))


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))
