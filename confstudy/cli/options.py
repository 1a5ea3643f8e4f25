"""Arguments that several verbs take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Codebook", "Data", "Out"]

Data = Annotated[Path, typer.Argument(help="Survey file: CSV, Excel, SPSS, Stata, SAS, Parquet.")]
Codebook = Annotated[str, typer.Option(help="YAML file or bundled name.")]
Out = Annotated[Path, typer.Option(help="Parquet file to write.")]
