"""Plan a study: its power before it is run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from confstudy.cli.app import app


@app.command()
def power(
    design: Annotated[Path, typer.Argument(help="YAML file of a design.")],
    replications: Annotated[int | None, typer.Option(min=2, help="How many.")] = None,
    until: Annotated[
        float | None, typer.Option(help="Instead, the wanted Monte Carlo error of power.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Folder for what is done, to go on after a kill.")
    ] = None,
    over: Annotated[
        list[str] | None, typer.Option(metavar="NAME=NUMBER,…", help="Go over these values.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Tables as JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="SVG file to draw.")] = None,
) -> None:
    """Draw a planned study many times, and see what its analyses make of it."""
    from confstudy.design.commands import powered
    from confstudy.design.curve import Curve
    from confstudy.files import write_text
    from confstudy.show import power as figures
    from confstudy.show.theme import svg

    found = powered(
        design,
        replications=replications,
        until=until,
        workers=workers,
        record=record,
        over=over or [],
    )
    typer.echo(found.json if as_json else str(found))
    if out is not None:
        made = found.found
        figure = figures.power(made) if isinstance(made, Curve) else figures.diagnosis(made)
        write_text(out, svg(figure.canvas))
        typer.echo(f"wrote {out}", err=as_json)
