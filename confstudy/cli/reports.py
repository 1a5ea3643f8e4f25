"""Build reports and see which are fresh."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from confstudy.cli.app import group

report = group("report", "Build reports and see which are fresh.")
Names = Annotated[list[str] | None, typer.Argument(help="Reports; all if none is named.")]
Given = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="Set a parameter.")
]
Name = Annotated[str, typer.Argument(help="A report.")]
Variant = Annotated[str, typer.Option(help="The folder of a variant.")]
Json = Annotated[
    bool, typer.Option("--json", help="A JSON object a line; words go to standard error.")
]


def _voice(as_json: bool) -> dict[str, Any]:
    """Where words and records go."""
    return {"say": partial(typer.echo, err=True), "tell": _tell} if as_json else {"say": typer.echo}


def _tell(record: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(record, ensure_ascii=False, default=str))


@report.command("build")
def build_reports(
    names: Names = None,
    param: Given = None,
    variant: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Of a matrix, these only.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("-j", metavar="N", help="How many reports are built at once.")
    ] = 1,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of a dask scheduler: build on its workers.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Build fresh ones too.")] = False,
    as_json: Json = False,
) -> None:
    """Build what is not fresh.

    0 built or fresh, 2 wrong parameter, 3 some failed, 4 some are being built by others, 5 some
    held, 130 interrupted.
    """
    from confstudy.report.commands import build_all

    code = build_all(
        names or [],
        param or [],
        variant or [],
        force=force,
        workers=jobs,
        dask=dask,
        **_voice(as_json),
    )
    sys.exit(code)


@report.command("list")
def list_reports(as_json: Json = False) -> None:
    """List the reports, their parameters and what those are."""
    from confstudy.report.commands import list_all

    list_all(**_voice(as_json))


@report.command("params")
def params(name: Name, as_json: Json = False) -> None:
    """Say what the parameters of a report may be."""
    from confstudy.report.commands import params_of

    params_of(name, **_voice(as_json))


@report.command("status")
def status(as_json: Json = False) -> None:
    """Say which reports are fresh, and why the others are not: 0 all fresh, 5 some stale."""
    from confstudy.report.commands import status_all

    sys.exit(status_all(**_voice(as_json)))


@report.command("why")
def why(name: Name) -> None:
    """Say everything that changed since a report was built."""
    from confstudy.report.commands import why_of

    sys.exit(why_of(name, say=typer.echo))


@report.command("history")
def history(
    name: Name,
    last: Annotated[int, typer.Option(min=1, help="How many builds.")] = 20,
    as_json: Json = False,
) -> None:
    """List the builds of a report, the newest last."""
    from confstudy.report.commands import history_of

    history_of(name, last=last, **_voice(as_json))


@report.command("diff")
def diff(
    name: Name,
    old: Annotated[str, typer.Argument(help="A run; the one before the newest.")] = "",
    new: Annotated[str, typer.Argument(help="A run; the newest.")] = "",
    variant: Variant = "default",
) -> None:
    """Compare two runs of a report, number by number."""
    from confstudy.report.commands import diff_of

    sys.exit(diff_of(name, old, new, variant, say=typer.echo))


@report.command("verify")
def verify(
    names: Names = None,
    twice: Annotated[
        bool, typer.Option("--twice", help="Build a second time and compare; publish nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check that what is published is as it was published: 0 whole, 1 not.

    With --twice: 0 the same came out, 1 it did not, 5 some were not fresh and not compared.
    """
    from confstudy.report.commands import verify_all, verify_twice

    checked = verify_twice if twice else verify_all
    sys.exit(checked(names or [], **_voice(as_json)))


@report.command("accept")
def accept(name: Name, variant: Variant = "default") -> None:
    """Publish a build that is held for its surprising numbers."""
    from confstudy.report.commands import accept as accepted

    accepted(name, variant, say=typer.echo)


@report.command("refuse")
def refuse(
    name: Name,
    variant: Variant = "default",
    why: Annotated[str, typer.Option(help="Kept in the history.")] = "",
) -> None:
    """Refuse a build that is held; it is built again when something changes."""
    from confstudy.report.commands import refuse as refused

    refused(name, variant, why, say=typer.echo)


@report.command("pin")
def pin(name: Name, run: str, variant: Variant = "default") -> None:
    """Keep a run for good."""
    from confstudy.report.commands import keep_run

    keep_run(name, variant, run, pinned=True, say=typer.echo)


@report.command("unpin")
def unpin(name: Name, run: str, variant: Variant = "default") -> None:
    """Let a run be removed in its turn again."""
    from confstudy.report.commands import keep_run

    keep_run(name, variant, run, pinned=False, say=typer.echo)


@report.command("prune")
def prune() -> None:
    """Remove runs beyond those that are kept; never the latest, or a pinned one."""
    from confstudy.report.commands import prune_all

    prune_all(say=typer.echo)


@report.command("unlock")
def unlock(name: Name, variant: Variant = "default") -> None:
    """Remove a lock whose process is dead."""
    from confstudy.report.commands import unlock as unlocked

    unlocked(name, variant, say=typer.echo)


@report.command("run-due")
def run_due() -> None:
    """Build what its schedule asks for: 0, 3 some failed, 5 some held."""
    from confstudy.report.commands import run_all_due

    sys.exit(run_all_due(say=typer.echo))


@report.command("schedule")
def schedule(
    kind: Annotated[
        str, typer.Option("--as", help="cron, systemd, github, launchd or schtasks.")
    ] = "cron",
    study: Annotated[Path | None, typer.Option(help="The study's folder, if not here.")] = None,
    python: Annotated[str, typer.Option(help="The interpreter, if not this one.")] = "",
    out: Annotated[Path | None, typer.Option(help="A folder to write into.")] = None,
) -> None:
    """Print what makes a scheduler call `confstudy report run-due` often enough."""
    from confstudy.report.commands import schedule as printed

    printed(kind, study, python, out, say=typer.echo)


@report.command("open")
def open_report(name: Annotated[str, typer.Argument(help="A report.")] = "") -> None:
    """Open a report, or the index of all, in the browser."""
    from confstudy.report.commands import page_of

    path = page_of(name)
    typer.echo(str(path))
    typer.launch(path.as_uri())
