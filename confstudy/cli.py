"""The command line: one verb a function, each a thin call of the package."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from confstudy import __version__
from confstudy.errors import ConfstudyError

__all__ = ["main"]

# Rich would draw tracebacks with local variables, which hold data; and it is slow to start.
_PLAIN = {"rich_markup_mode": None, "no_args_is_help": True}
app = typer.Typer(pretty_exceptions_enable=False, add_completion=False, **_PLAIN)  # type: ignore[arg-type]
report = typer.Typer(help="Build reports and see which are fresh.", **_PLAIN)  # type: ignore[arg-type]
app.add_typer(report, name="report")
codebooks = typer.Typer(help="Draft a codebook for a file, or check one.", **_PLAIN)  # type: ignore[arg-type]
app.add_typer(codebooks, name="codebook")

Data = Annotated[Path, typer.Argument(help="Survey file: CSV, Excel, SPSS, Stata, SAS, Parquet.")]
Codebook = Annotated[str, typer.Option(help="YAML file or bundled name.")]
Out = Annotated[Path, typer.Option(help="Parquet file to write.")]


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
    from confstudy.errors import IdentifiedData
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
