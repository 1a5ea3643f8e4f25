"""A notebook that tries to release whatever the package can make, of the planted answers too."""

OPENING = """\
import confstudy as cs
from confstudy.errors import ConfstudyError
from confstudy.report import quality
scores = cs.score(cs.load(data))
report = cs.Report(scores)
left, refused = [], []
---
def attempt(**given):
    for name, make in given.items():
        try:
            display(make())
            left.append(name)
        except ConfstudyError:
            refused.append(name)
"""

PAGE = """\
fit = cs.fit("alliance ~ privacy + stigma", scores)
found = cs.check(scores)
attempt(
    title=lambda: report.title("Privacy went with alliance"),
    strip=lambda: report.strip(fit),
    numbers=lambda: report.numbers(quality.numbers(scores)),
    missing=lambda: report.table(quality.missing_answers(scores), "Missing"),
    findings=lambda: report.table(quality.findings(found, scores), "Findings"),
    spellings=lambda: report.table(quality.spellings(scores), "Spellings"),
    recodes=lambda: report.table(quality.used_recodes(scores), "Recodes"),
    scales=lambda: report.table(quality.scale_table(scores), "Scales"),
    stopped=lambda: report.table(quality.break_off(found), "Stopped"),
    points=lambda: report.points(quality.signs(found)),
    provenance=lambda: report.provenance(),
    recorded=lambda: report.record("n", scores.n),
)
"""

FIGURES = """\
attempt(
    flow=lambda: report.figure(cs.plot.flow(scores, fit)),
    quality=lambda: report.figure(cs.plot.quality(found)),
    likert=lambda: report.figure(cs.plot.likert(scores, "privacy")),
    items=lambda: report.figure(cs.plot.items(scores, "privacy")),
    predicted=lambda: report.figure(
        cs.plot.predicted(fit, "privacy", codebook=scores.codebook)),
    coefficients=lambda: report.figure(cs.plot.coefficients(fit, codebook=scores.codebook)),
    binned=lambda: report.figure(cs.plot.binned(scores, "privacy", "alliance")),
    binned_income=lambda: report.figure(cs.plot.binned(scores, "income", "alliance")),
    binned_by_income=lambda: report.figure(cs.plot.binned(scores, "alliance", "income")),
    density=lambda: report.figure(cs.plot.density(scores, "privacy")),
    density_income=lambda: report.figure(cs.plot.density(scores, "income")),
)
"""

TABLES = """\
mean = ["mean", "total", "sd", "median"]
attempt(
    counts=lambda: cs.release.table(scores, "arm", "telehealth"),
    means=lambda: cs.release.table(scores, "telehealth", values="privacy"),
    income=lambda: cs.release.table(scores, "surprised", values="income", statistics=mean),
    pets=lambda: cs.release.table(scores, "pet", values="income", statistics=mean),
    incomes=lambda: cs.release.table(scores, "income"),
    therapists=lambda: cs.release.table(scores, "therapist"),
    rounded=lambda: cs.release.table(scores, "pet", protect="round"),
    timing=lambda: cs.release.table(scores, "timing", "consent", shares=True),
    rows=lambda: cs.release.declared(scores.frame[["income", "pet"]].head(12), scores, n=800),
    pivot=lambda: cs.release.declared(
        scores.frame.groupby("pet", observed=True)["income"].agg(["size", "max"]).reset_index(),
        scores, counts=["size"]),
    survey_mean=lambda: cs.release(cs.survey_mean("alliance", scores).table, scores, n=849),
    survey_pets=lambda: cs.release(cs.survey_proportion("pet", scores), scores),
)
"""

MODELS = """\
plain = {
    "ols": "fear ~ privacy + arm", "logit": "concealment ~ privacy + arm",
    "probit": "concealment ~ stigma", "ordered": "return_intention ~ privacy + arm",
    "poisson": "visits ~ privacy", "negbin": "visits ~ warmth", "zinb": "visits ~ fear",
    "hurdle_negbin": "visits ~ stigma",
}
for family, formula in plain.items():
    attempt(**{family: lambda: cs.release.model(cs.fit(formula, scores, family), scores)})
---
attempt(
    of_income=lambda: cs.release.model(cs.fit("income ~ arm", scores), scores),
    by_income=lambda: cs.release.model(cs.fit("alliance ~ income", scores), scores),
    by_pet=lambda: cs.release.model(cs.fit("alliance ~ pet", scores), scores),
    of_pet=lambda: cs.release.model(cs.fit("pet ~ privacy", scores, "logit"), scores),
    by_therapist=lambda: cs.release.model(cs.fit("alliance ~ therapist", scores), scores),
    saturated=lambda: cs.release.model(cs.fit("alliance ~ pet * gender", scores), scores),
    design=lambda: cs.release.model(cs.fit("warmth ~ arm", scores, design=True), scores),
    clustered=lambda: cs.release.model(
        cs.fit("boundaries ~ arm", scores, cluster="therapist"), scores),
    gee=lambda: cs.release(cs.gee("concealment ~ fear", scores, "therapist", "logit"), scores),
    mixed=lambda: cs.release(cs.mixed("alliance ~ arm", scores, "1 | therapist"), scores),
    mixed_income=lambda: cs.release(cs.mixed("income ~ arm", scores, "1 | therapist"), scores),
    sem=lambda: cs.release(
        cs.sem("s =~ stigma_1 + stigma_2 + stigma_3 + stigma_4", scores), scores),
    sem_income=lambda: cs.release(
        cs.sem("s =~ stigma_1 + stigma_2 + stigma_3\\nincome ~ s", scores), scores),
)
---
attempt(
    effects=lambda: cs.release(cs.effects(cs.fit(plain["logit"], scores, "logit")), scores),
    effects_income=lambda: cs.release(cs.effects(cs.fit("income ~ arm", scores)), scores),
    margins=lambda: cs.release(cs.marginal_means(cs.fit("fear ~ arm", scores), "arm"),
                               scores, n=849),
    pairs=lambda: cs.release(cs.pairwise(cs.fit("fear ~ arm", scores), "arm"), scores, n=849),
    equivalence=lambda: cs.release(
        cs.equivalence(cs.fit("fear ~ privacy", scores), 0.2, term="privacy"), scores),
    robustness=lambda: report.figure(
        cs.plot.sensitivity(cs.robustness(fit, "privacy"), n=fit.n)),
    regressions=lambda: cs.release(cs.table([fit]), scores),
)
"""

COSTLY = """\
mediated = cs.mediate(scores, "arm", "privacy", "concealment", family="logit",
                      levels=("none", "absolute"), bootstrap=50)
curves = cs.survival_curve("until", "dropout", scores, "arm")
attempt(
    mediation=lambda: cs.release(mediated, scores),
    mediation_figure=lambda: report.figure(cs.plot.mediation(mediated)),
    curves=lambda: cs.release(curves, scores),
    survival=lambda: report.figure(cs.plot.survival(curves, codebook=scores.codebook)),
    cox=lambda: cs.release(cs.cox("until + dropout ~ arm + privacy", scores), scores),
    cox_income=lambda: cs.release(cs.cox("until + dropout ~ income", scores), scores),
    logrank=lambda: cs.release(cs.logrank("until", "dropout", scores, "arm"), scores),
    hazard=lambda: cs.release(
        cs.discrete_hazard("until + dropout ~ privacy", scores, baseline="linear"), scores),
)
---
imputed = cs.impute(scores, ["privacy", "topics", "fear", "income"], m=5, iterations=2)
pooled = cs.fit("topics ~ fear", imputed)
shifted = cs.delta(scores, "fear_1", [-1, 1], columns=["fear_1", "topics"], m=3, iterations=2)
trials = cs.meta([0.32, 0.13, 0.06, 0.50], [0.010, 0.003, 0.004, 0.003])
attempt(
    pooled=lambda: cs.release.model(pooled, scores),
    pooled_income=lambda: cs.release.model(cs.fit("income ~ fear", imputed), scores),
    traces=lambda: report.figure(cs.plot.traces(imputed)),
    traces_income=lambda: report.figure(cs.plot.traces(imputed, ["income"])),
    tipping=lambda: report.figure(
        cs.plot.tipping(cs.tipping("topics ~ fear_1", shifted, "fear_1"))),
    forest=lambda: report.figure(cs.plot.forest(trials)),
    funnel=lambda: report.figure(cs.plot.funnel(trials)),
    meta=lambda: cs.release(trials, scores),
)
---
budget = cs.release.Budget(scores, epsilon=3)
asked = {"epsilon": 0.5, "budget": budget}
private = {
    "count": cs.release.private_count(scores, {"arm": "none"}, **asked),
    "pets": cs.release.private_histogram(scores, "pet", **asked),
    "mean": cs.release.private_mean(scores, "trust_now", **asked),
    "income": cs.release.private_mean(scores, "income", low=0, high=5000, **asked),
}
for name, answer in private.items():
    attempt(**{f"private_{name}": lambda: cs.release(answer, scores)})
"""

CLOSING = """\
assert len(left) >= 50, len(left)
assert not set(left) & {
    "words", "rows", "incomes", "therapists", "of_income", "by_income", "by_pet", "by_therapist",
    "saturated", "mixed_income", "pooled_income", "survey_pets"}
"""


def joined(*parts: str) -> str:
    """Cells as one source."""
    return "\n---\n".join(part.strip() for part in parts)


BUSY = joined(OPENING, PAGE, FIGURES, TABLES, MODELS, COSTLY, CLOSING)

FEW = """\
fit = cs.fit("alliance ~ privacy + stigma", scores)
attempt(
    title=lambda: report.title("Privacy went with alliance"),
    strip=lambda: report.strip(fit),
    words=lambda: report.text(f"The highest was {scores.frame['income'].max():,}."),
    binned=lambda: report.figure(cs.plot.binned(scores, "income", "alliance")),
    means=lambda: cs.release.table(scores, "pet", values="income"),
    rows=lambda: cs.release.declared(scores.frame[["income", "pet"]].head(12), scores, n=800),
    model=lambda: report.model(fit, "The model"),
    of_income=lambda: cs.release.model(cs.fit("income ~ arm", scores), scores),
    by_pet=lambda: cs.release.model(cs.fit("alliance ~ pet", scores), scores),
    provenance=lambda: report.provenance(),
)
assert refused == ["words", "rows", "of_income", "by_pet"]
"""
#: A short one, for every run of the tests.
BRIEF = joined(OPENING, FEW)
