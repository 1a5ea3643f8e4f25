"""Notebooks that would give the planted respondents away, each in a way of its own."""

OPENING = """\
import logging, os, sys, threading, traceback, warnings
import pandas as pd
import confstudy as cs
from IPython.display import HTML, display
from matplotlib.figure import Figure
from confstudy import errors
scores = cs.score(cs.load(data))
report = cs.Report(scores)
raw = pd.read_parquet(data)
row = str(raw.loc[0, ["income", "pet", "contact", "remark", "therapist"]].to_dict())
top = scores.frame["income"].max()
def points():
    figure = Figure()
    figure.subplots().scatter(scores.frame["income"], scores.frame["alliance"])
    return figure
"""

#: What must fail: the notebook shows something that tells of a respondent, or breaks off.
REFUSED = {
    "error": "raise ValueError(row)",
    "our_error": "raise errors.DataError(row)",
    "cause": "try:\n    {}[row]\nexcept KeyError as why:\n    raise errors.DataError('x') from why",
    "assertion": "assert scores.frame['income'].max() < 5000, row",
    "syntax": "exec('1 ' + row)",
    "exit": "sys.exit(row)",
    "thread": "threading.Thread(target=lambda: {}[row]).start()",
    "warning": "warnings.warn(row)",
    "traceback": "try:\n    {}[row]\nexcept KeyError:\n    traceback.print_exc()",
    "printed": "print(scores.frame)",
    "rich": "scores.frame.head(3)",
    "raw": "raw.head()",
    "stderr": "sys.stderr.write(row)",
    "logged": "logging.warning(row)",
    "shell": "!echo {row}; exit 3",
    "html": "HTML(f'<!-- {row} -->')",
    "metadata": "display(report.provenance(), metadata={'row': row})\nraise ValueError",
    "points": "cs.release.figure(points(), scores, alt='Points', n=849)",
    "bare_points": "points()",
    "alt": "fig = Figure()\nfig.subplots().bar([0, 1], [400, 449])\n"
    "cs.release.figure(fig, scores, alt=row, n=849)",
    "records": "cs.release.declared(scores.frame.head(20), scores, n=500)",
    "described": "cs.release.declared(scores.frame[['income']].describe(), scores, n=849)",
    "header": "cs.release.declared(pd.DataFrame({row: [1.0]}), scores, n=849)",
    "caption": "cs.release.table(scores, 'arm', caption=row)",
    "model_caption": "cs.release.model(cs.fit('alliance ~ arm', scores), scores, caption=row)",
    "levels": "cs.release.table(scores, 'income')",
    "list": "report.points([row])",
    "words": "report.text(row)",
    "record": "report.record('income', top)",
    "record_name": "report.record(row, scores.n)",
    "name": "getattr(cs, raw.pet[0])",
    "level": "cs.release.Budget(scores, epsilon=1).answer(scores, raw.pet[0], 1)",
    "cell": "scores.frame['income'].astype(str) + 1",
    "cast": "raw['contact'].astype(float)",
    "title": "report.title(f'The highest income was {top:,.2f}')",
    "points_of_one": "report.points([f'The highest income was {top:,.2f}'])",
    "largest": "cs.release.declared(pd.DataFrame({'top': [top]}), scores, n=849)",
    "notes": "cs.release.declared(pd.DataFrame({'a': [1.0]}), scores, n=849, "
    "notes=f'The highest was {top:,.2f}')",
    "formula": "cs.fit(f'alliance ~ {raw.pet[0]}', scores)",
    "family": "cs.fit('alliance ~ privacy', scores, raw.pet[0])",
    "column": "cs.release.table(scores, raw.therapist[0])",
    "file": "cs.load(raw.contact[0])",
}

#: What may be published, without what is said beside it.
SILENT = {
    "overwritten": "shown = display(HTML(row), display_id=True)\nshown.update(report.provenance())",
    "cleared": "from IPython.display import clear_output\nprint(row)\nclear_output()\n"
    "report.provenance()",
    "descriptor": "os.write(1, row.encode())\nos.write(2, row.encode())\nreport.provenance()",
    "comment": "hidden = row  # kept in the kernel\nreport.provenance()",
}


def source(leak: str) -> str:
    """A notebook that opens the survey and then leaks."""
    return f"{OPENING.strip()}\n---\n{leak}"
