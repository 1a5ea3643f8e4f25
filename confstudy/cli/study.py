"""Begin a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from confstudy.cli.app import app


@app.command()
def new(
    study: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    model: Annotated[
        str, typer.Option(help="Of the simulated answers; therapy if not given.")
    ] = "",
    clients: Annotated[int, typer.Option(help="How many are drawn; 300 or more.")] = 600,
    seed: Annotated[int | None, typer.Option(help="Drawn and told if not given.")] = None,
    template: Annotated[str, typer.Option(help="What the folder holds.")] = "practice",
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Your survey file: a codebook is drafted, nothing copied."),
    ] = None,
) -> None:
    """Write a study's folder that builds its reports at once."""
    from confstudy.study.new import new_study

    typer.echo(
        str(
            new_study(
                study, model=model, clients=clients, seed=seed, template=template, source=source
            )
        )
    )
