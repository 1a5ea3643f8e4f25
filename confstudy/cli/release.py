"""What may leave: the ledger, the audit of notebooks, synthetic data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from confstudy.cli.app import app, group
from confstudy.cli.options import Codebook, Data

ledger = group("ledger", "See what was released, and whether the record of it is whole.")


@ledger.command("show")
def show(
    study: Annotated[str, typer.Option(help="Only outputs of this codebook.")] = "",
    last: Annotated[int, typer.Option(min=1, help="How many outputs.")] = 20,
) -> None:
    """List what was released, a line an output, never who stands behind it."""
    from confstudy.release.ledger.commands import show as shown
    from confstudy.release.ledger.folder import ledger_folder

    shown(ledger_folder(), typer.echo, study=study or None, last=last)


@ledger.command("verify")
def verify() -> None:
    """Check that nobody changed the ledger: 0 whole, 1 damaged, with what to do."""
    from confstudy.release.ledger.commands import verify as verified
    from confstudy.release.ledger.folder import ledger_folder

    sys.exit(verified(ledger_folder(), typer.echo))


@app.command()
def audit(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks, pages or texts.")],
    survey: Annotated[
        Path | None, typer.Option(help="Also look for pieces of this file's records.")
    ] = None,
    codebook: Codebook = "",
) -> None:
    """Look for respondents in notebooks: 0 clean, 1 found by rule and cell, 2 not readable."""
    from confstudy.release.audit.commands import audited
    from confstudy.release.ledger.folder import ledger_folder
    from confstudy.release.ledger.ledger import Ledger

    known = {out.digest for out in Ledger(ledger_folder()).outputs if out.digest}
    sys.exit(audited(notebooks, survey, codebook, typer.echo, released=known))


@app.command()
def synthesize(
    data: Data,
    seed: Annotated[int, typer.Option(help="The same seed makes the same file.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    codebook: Codebook = "",
    n: Annotated[int | None, typer.Option(help="Respondents; as many as in the file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write although a target is missed; says which.")
    ] = False,
) -> None:
    """Make a synthetic survey that answers like a real one: 0 written, 1 a target is missed."""
    from confstudy.release.synthesis.commands import synthesize_file

    written = synthesize_file(
        data, codebook or None, seed=seed, out=out, n=n, force=force, accept=accept, say=typer.echo
    )
    sys.exit(written)
