"""Simulate, check and anonymize surveys; look at the claims."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from confstudy.cli.app import app
from confstudy.cli.options import Codebook, Data, Out
from confstudy.errors import IdentifiedData


@app.command()
def simulate(
    model: Annotated[str, typer.Argument(help="Bundled model or YAML file.")] = "therapy",
    clients: Annotated[int, typer.Option(help="How many are invited or drawn from.")] = 1200,
    therapists: Annotated[int | None, typer.Option(help="20 clients each if not given.")] = None,
    seed: Annotated[int | None, typer.Option(help="Drawn and told if not given.")] = None,
    nonresponse: Annotated[
        str | None, typer.Option(help="mcar if not given; mar, mnar or none.")
    ] = None,
    response_rate: Annotated[float | None, typer.Option(help="In place of the model's.")] = None,
    sampling: Annotated[Path | None, typer.Option(help="YAML file of a sampling design.")] = None,
    do: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Hold fixed for everybody.")
    ] = None,
    columns: Annotated[str, typer.Option(help="Columns and scales asked, with commas.")] = "",
    complete: Annotated[
        bool, typer.Option("--complete", help="All answers of all, in blocks: for millions.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes, with --complete.")] = 1,
    out: Out = Path("therapy.parquet"),
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Draw a survey whose truth is known, with its codebook and truth beside it."""
    from confstudy.simulate.commands import simulated

    written = simulated(
        out,
        do=do or [],
        columns=columns,
        complete=complete,
        workers=workers,
        survey={"nonresponse": nonresponse, "response_rate": response_rate, "sample": sampling},
        model=model,
        clients=clients,
        therapists=therapists,
        seed=seed,
        force=force,
    )
    for path in written.files:
        typer.echo(f"wrote {path}")
    typer.echo(written.words)


@app.command()
def check(data: Data, codebook: Codebook = "") -> None:
    """Pass a survey file through the load gate: 0 accepted, 1 refused with what to do."""
    from confstudy.codebook.read import codebook_path, read_codebook
    from confstudy.privacy.gate import inspect_columns
    from confstudy.survey.load import load
    from confstudy.survey.propose import propose
    from confstudy.survey.read import read_table

    raw = read_table(data)
    beside = codebook_path(data)
    declared = codebook or (str(beside) if beside.is_file() else "")
    try:
        if declared:
            typer.echo(f"accepted: {load(data, declared)}")
            return
        inspect_columns(raw.frame, labels=raw.labels, marked=raw.marked).require(raw.file)
    except IdentifiedData as refused:
        typer.echo(f"confstudy: {refused}", err=True)
        typer.echo(propose(raw, read_codebook(declared) if declared else None), nl=False)
        raise typer.Exit(refused.exit_code) from None
    typer.echo(f"accepted: {raw}: no column looks identifying.")
    typer.echo("Not checked without a codebook: how rare combinations of answers are (k).")


@app.command()
def anonymize(
    data: Annotated[list[Path], typer.Argument(help="Survey file, or one of each wave.")],
    recipe: Annotated[Path, typer.Option(help="YAML file with the steps.")],
    out: Annotated[Path, typer.Option(help="File to write: .parquet, .csv, .sav or .dta.")],
    codebook: Codebook = "",
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Make a survey anonymous by a recipe: 0 written, 1 still identified, 2 mistakes."""
    from confstudy.survey.anonymize import anonymize as apply

    done = apply(data if len(data) > 1 else data[0], recipe, codebook or None)
    files = done.write(out, force=force)
    typer.echo(f"{done}\n")
    for path in files:
        typer.echo(f"wrote {path}")


@app.command()
def claims(claim: Annotated[str, typer.Argument(help="An id, such as C02.")] = "") -> None:
    """List the claims, each marked works or planned, or show one."""
    from confstudy.claims.registry import claims as registry

    typer.echo(str(registry(claim)) if claim else str(registry()))
