"""The application: its errors are worded for people and never show a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from confstudy import __version__
from confstudy.errors import ConfstudyError

__all__ = ["app", "group", "main"]

# Rich would draw tracebacks with local variables, which hold data; and it is slow to start.
_PLAIN = {"rich_markup_mode": None, "no_args_is_help": True}
app = typer.Typer(pretty_exceptions_enable=False, add_completion=False, **_PLAIN)  # type: ignore[arg-type]


def group(name: str, about: str) -> typer.Typer:
    """A group of verbs, such as ``confstudy report …``."""
    made = typer.Typer(help=about, **_PLAIN)  # type: ignore[arg-type]
    app.add_typer(made, name=name)
    return made


def main() -> NoReturn:
    """Run the command line; errors are worded for people and never show a traceback."""
    try:
        app()
    except ConfstudyError as problem:
        typer.echo(f"confstudy: {problem}", err=True)
        sys.exit(problem.exit_code)
    except Exception as problem:
        if os.environ.get("CONFSTUDY_DEBUG"):
            raise
        typer.echo(f"confstudy: {_unexpected(problem)}", err=True)
        sys.exit(70)
    sys.exit(0)


def _unexpected(problem: Exception) -> str:
    place = traceback.extract_tb(problem.__traceback__)[-1]
    return (
        f"unexpected {type(problem).__name__} ({Path(place.filename).name}, line {place.lineno}). "
        "This is a fault of confstudy. Its message may hold data and is not shown; set "
        "CONFSTUDY_DEBUG=1 to see it."
    )


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"confstudy {__version__}")
        raise typer.Exit


@app.callback()
def confstudy(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Research confidentiality in therapy: simulate, check, model, report."""
