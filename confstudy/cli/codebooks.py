"""Draft a codebook for a file, or check one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from confstudy.cli.app import group
from confstudy.cli.options import Data

codebooks = group("codebook", "Draft a codebook for a file, or check one.")


@codebooks.command("draft")
def draft_codebook(
    data: Data,
    out: Annotated[Path | None, typer.Option(help="Beside the file if not given.")] = None,
    dictionary: Annotated[Path | None, typer.Option(help="A REDCap data dictionary.")] = None,
    encoding: Annotated[str, typer.Option(help="Of a text file, if not detected.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace an existing codebook.")] = False,
) -> None:
    """Write a first codebook to edit, and say what it is unsure of."""
    from confstudy.survey.draft.draft import draft_codebook as drafted

    draft = drafted(data, encoding=encoding, dictionary=dictionary)
    written = draft.write(out, force=force)
    typer.echo(str(draft))
    typer.echo(f"wrote {written}: look at the lines marked 'unsure', then `confstudy check {data}`")


@codebooks.command("check")
def check_codebook(
    codebook: Annotated[str, typer.Argument(help="YAML file or bundled name.")],
    data: Annotated[Path | None, typer.Argument(help="A file it should fit.")] = None,
) -> None:
    """Check a codebook, and whether a file fits it: 0 sound, 1 identified data, 2 mistakes."""
    from confstudy.codebook.read import read_codebook
    from confstudy.survey.load import load

    book = read_codebook(codebook)
    typer.echo(f"sound: {book}")
    if data is not None:
        survey = load(data, book)
        typer.echo(f"fits: {survey}")
        if len(survey.recodes):
            typer.echo(f"recoded:\n{survey.recodes.to_string(index=False)}")
