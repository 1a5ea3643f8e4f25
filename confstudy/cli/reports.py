"""Build reports and see which are fresh."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from confstudy.cli.app import group

report = group("report", "Build reports and see which are fresh.")
Names = Annotated[list[str] | None, typer.Argument(help="Reports; all if none is named.")]
Given = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="Set a parameter.")
]


@report.command("build")
def build_reports(
    names: Names = None,
    param: Given = None,
    force: Annotated[bool, typer.Option("--force", help="Build fresh ones too.")] = False,
) -> None:
    """Build what is not fresh: 0 built or fresh, 2 wrong parameter, 3 some failed."""
    from confstudy.report.commands import build_all

    sys.exit(build_all(names or [], param or [], force=force, say=typer.echo))


@report.command("list")
def list_reports() -> None:
    """List the reports, their parameters and what those are."""
    from confstudy.report.commands import list_all

    list_all(say=typer.echo)


@report.command("status")
def status() -> None:
    """Say which reports are fresh, and why the others are not: 0 all fresh, 5 some stale."""
    from confstudy.report.commands import status_all

    sys.exit(status_all(say=typer.echo))


@report.command("history")
def history(name: Annotated[str, typer.Argument(help="A report.")]) -> None:
    """List the builds of a report, the newest last."""
    from confstudy.report.commands import history_of

    history_of(name, say=typer.echo)


@report.command("open")
def open_report(name: Annotated[str, typer.Argument(help="A report.")] = "") -> None:
    """Open a report, or the index of all, in the browser."""
    from confstudy.report.commands import page_of

    path = page_of(name)
    typer.echo(str(path))
    typer.launch(path.as_uri())
