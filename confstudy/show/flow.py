"""How many were asked, answered and analysed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from confstudy.models.fit import Fit
from confstudy.release.cell import everybody, of_model
from confstudy.release.decision import THRESHOLD
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, drawing
from confstudy.survey.survey import Step, Survey
from confstudy.words import about

__all__ = ["flow"]


def flow(survey: Survey, fit: Fit | None = None) -> Figure:
    """Draw the participant flow from those invited to those analysed.

    A step that loses fewer than ten shows its number only after the loss, so that nobody can
    be counted out. Several waves stand beside the file they came in, to the nearest ten.

    Examples
    --------
    >>> import confstudy as cs
    >>> cs.plot.flow(cs.load("data_synthetic/therapy.parquet")).table["label"].tolist()
    ['Invited', 'Answered']
    """
    table = _table(_steps(survey, fit), _waves(survey))
    with drawing(height=0.3 + 0.72 * len(table)) as (canvas, axes):
        _draw(axes, table)
    said = "; ".join(
        f"{row['label']}: {row['shown']}"
        + (f" ({row['waves']})" if row["waves"] else "")
        + (f", then {row['lost']} left out" if row["lost"] else "")
        for row in table.to_dict("records")
    )
    return Figure(
        canvas=canvas,
        alt=f"Participant flow. {said}.",
        caption="Participant flow.",
        table=table,
        smallest=int(table["n"].min()),
        cells=(everybody(survey.frame), *(of_model(fit) if fit else ())),
    )


def _steps(survey: Survey, fit: Fit | None) -> list[Step]:
    invited = survey.codebook.fieldwork.invited
    steps = [Step("Invited", invited)] if invited else []
    steps += [Step("Answered" if s.label == "In the file" else s.label, s.n) for s in survey.flow]
    return [*steps, *([Step("In the analysis", fit.n)] if fit else [])]


def _waves(survey: Survey) -> str:
    counts = {record.wave: record.rows for record in survey.provenance.files if record.wave}
    return ", ".join(f"{wave} {about(rows)}" for wave, rows in counts.items() if len(counts) > 1)


def _table(steps: Sequence[Step], waves: str) -> pd.DataFrame:
    rows = []
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        lost = step.n - after.n if after else 0
        small = 0 < lost < THRESHOLD
        words = (f"under {THRESHOLD}" if small else f"{lost:,}") if lost else ""
        shown = about(step.n, after.n if after else step.n)
        beside = waves if step.label == "Answered" else ""
        rows.append(
            {"label": step.label, "n": step.n, "shown": shown, "lost": words, "waves": beside}
        )
    return pd.DataFrame(rows)


def _draw(axes: Axes, table: pd.DataFrame) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(-len(table) + 0.5, 0.5)
    for place, row in enumerate(table.to_dict("records")):
        text = f"{row['label']}\nn = {row['shown']}"
        axes.text(
            0.32, -place, text, ha="center", va="center", fontsize=8.5, color=INK, linespacing=1.4,
            bbox={"boxstyle": "round,pad=0.45", "facecolor": "#eef0f4", "edgecolor": BLUE},
        )  # fmt: skip
        axes.text(
            0.62, -place, row["waves"].replace(", ", "\n"), va="center", fontsize=7.5, color=INK
        )  # fmt: skip
        if place + 1 < len(table):
            axes.annotate(
                "", (0.32, -place - 1), (0.32, -place),
                arrowprops={"arrowstyle": "-|>", "color": GREY, "shrinkA": 18, "shrinkB": 18},
            )  # fmt: skip
        if row["lost"]:
            why = "did not answer" if row["label"] == "Invited" else "left out"
            axes.text(
                0.62, -place - 0.5, f"{row['lost']} {why}", va="center", fontsize=8.5, color=INK
            )
            axes.plot([0.32, 0.6], [-place - 0.5] * 2, color=GREY, linewidth=0.8)
