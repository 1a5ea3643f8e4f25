"""The draft that `confstudy plan new` writes: every field, with what it takes."""

from __future__ import annotations

from pathlib import Path

from confstudy.errors import UnwritableFile
from confstudy.files import write_text

__all__ = ["TEMPLATE", "write_template"]

TEMPLATE = """\
# A plan, written before the data are analysed. Change every line, then
#   confstudy plan sign plan.yaml --out plan.signed.yaml
# fixes it. Comments do not go along: what matters belongs into a field.
title: Perceived privacy and the alliance

# A bundled codebook, or the file of one beside this plan. Variables are checked against it.
codebook: therapy

# Respondents to be analysed, after exclusions, and when data collection ends.
n: 600
stopping: at the planned number of respondents

# Of the tests; and how many primary tests are allowed for: holm, bonferroni, hochberg, BH, none …
level: 0.05
multiplicity: holm

# Who is left out: a level, levels, missing, or one comparison. All parts of a rule must apply.
exclusions:
  - {privacy: missing}

hypotheses:
  - id: H1
    claim: C01              # of `confstudy`'s registry, or your own; may be left out
    statement: Clients who feel private report a better alliance.
    estimand: slope of the alliance on perceived privacy, per point
    sign: positive          # positive, negative or any
    smallest: 0.1           # the smallest effect of interest, in the estimand's units
    term: privacy           # the coefficient that decides
    primary: true
    model:                  # as cs.fit or cs.mixed takes it
      formula: alliance ~ privacy + stigma
      family: ols           # ols, logit, ordered, poisson …
      cluster: therapist    # standard errors; or cov: HC3; or survey_design: true
      missing: drop         # drop or impute

notes: What else a reader should know.
"""


def write_template(path: Path) -> None:
    """Write the draft; a file that exists is not replaced."""
    if path.exists():
        raise UnwritableFile(f"'{path.name}' exists and plans are not replaced: name another file.")
    write_text(path, TEMPLATE)
