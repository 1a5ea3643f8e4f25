"""Write a plan before the data are analysed, sign it, verify it, amend it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from confstudy.cli.app import group
from confstudy.cli.options import Data

plans = group("plan", "Write a plan before the data are analysed, sign it, verify it, amend it.")

Given = Annotated[Path, typer.Argument(help="The YAML file of a plan.")]
Written = Annotated[Path, typer.Option(help="A new file.")]


@plans.command("new")
def new(out: Written = Path("plan.yaml")) -> None:
    """Write a commented draft to fill in."""
    from confstudy.design.plan.template import write_template

    write_template(out)
    typer.echo(f"wrote {out}: change every line, then `confstudy plan sign {out}`")


@plans.command("sign")
def sign(
    draft: Given,
    out: Annotated[Path | None, typer.Option(help="Beside the draft if not given.")] = None,
    key: Annotated[Path | None, typer.Option(help="Another private key than your own.")] = None,
) -> None:
    """Check a draft and write it with a seal; comments do not go along."""
    from confstudy.design.plan.keys import fingerprint
    from confstudy.design.plan.read import read_plan

    place = out or draft.with_name(f"{draft.stem}.signed.yaml")
    signed = read_plan(draft).sign(place, key=key)
    typer.echo(str(signed))
    whose = f" with key {fingerprint(signed.seal.key)}" if signed.seal else ""
    typer.echo(f"wrote {place}{whose}: deposit it where others keep the date, too")


@plans.command("verify")
def verify(
    plan: Given,
    key: Annotated[str, typer.Option(help="The public key that must have signed it.")] = "",
) -> None:
    """Say whether a signed plan is whole: 0 whole, 1 changed, 2 no plan."""
    from confstudy.design.plan.verify import verify_plan

    found = verify_plan(plan, key=key or None)
    typer.echo(str(found))
    if not found.whole:
        raise typer.Exit(1)


@plans.command("show")
def show(plan: Given) -> None:
    """Show what a plan fixes."""
    from confstudy.design.plan.read import read_plan

    typer.echo(str(read_plan(plan)))


@plans.command("check")
def check(
    plan: Given,
    survey: Data,
    codebook: Annotated[str, typer.Option(help="Beside the survey if not given.")] = "",
) -> None:
    """Check that a survey has what a plan needs, and say how many respondents it leaves."""
    from confstudy.design.plan.read import read_plan
    from confstudy.survey.load import load

    read = read_plan(plan)
    typer.echo(str(read.check(load(survey, codebook or None))))


@plans.command("amend")
def amend(
    plan: Given,
    reason: Annotated[str, typer.Option(help="Why the plan changes.")],
    out: Annotated[Path | None, typer.Option(help="Beside the plan if not given.")] = None,
) -> None:
    """Write a draft of the next version, which names the signed one and says why."""
    from confstudy.design.plan.read import read_plan

    before = read_plan(plan)
    place = out or plan.with_name(f"plan-{before.version + 1}.yaml")
    before.amend(reason).write(place)
    typer.echo(f"wrote {place}: change it, then `confstudy plan sign {place}`")
