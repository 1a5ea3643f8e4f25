"""Notebooks that give nobody away, with outputs that real libraries write: name → builder(seed)."""

import contextlib
import importlib.metadata
import io
import platform
import sys
from functools import cache

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from nbformat.v4 import new_markdown_cell
from scipy import stats
from sklearn import metrics
from tqdm import tqdm

import confstudy as cs
from confstudy.release.ledger.entry import canonical_digest
from tests.release.audit.leaks_notebook import bundle, code, html, notebook, printed, shown
from tests.release.audit.leaks_people import pick, study

BENIGN = {}


def benign(name):
    def add(build):
        BENIGN[name] = build
        return build

    return add


def simple(name, source, make):
    """A notebook of one cell whose outputs are made from a generator of random numbers."""

    def build(seed):
        made = make(np.random.default_rng([seed, len(name)]))
        return notebook(seed, code(source, *(made if isinstance(made, list) else [made])))

    BENIGN[name] = build


def released(made):
    """The digests that the ledger would know: of all outputs of cells tagged ``released``."""
    cells = [cell for cell in made["cells"] if "released" in cell["metadata"].get("tags", ())]
    return {canonical_digest(output["data"]) for cell in cells for output in cell["outputs"]}


@cache
def scores():
    return cs.score(study().survey)


@cache
def answers():
    """Everybody's scores, as a file of numbers for other people's libraries."""
    frame = scores().frame[["trust_now", "privacy", "stigma", "fear", "alliance", "wait_days"]]
    told = (scores().frame["concealment"] == "Yes").astype(float)
    arm, therapist = (scores().frame[name].astype("object") for name in ("arm", "therapist"))
    return frame.assign(told=told, arm=arm, therapist=therapist).dropna()


def _counts(rng, rows, columns, low=40, high=190):
    return pd.DataFrame(rng.integers(low, high, (len(rows), len(columns))), rows, columns)


def _crosstab(rng):
    table = _counts(rng, ["brief", "full", "oral"], ["never", "once", "often"])
    table.loc["All"] = table.sum()
    table["All"] = table.sum(axis=1)
    return [shown(table), printed(table.to_string())]


def _captured(call):
    with contextlib.redirect_stdout(io.StringIO()) as text:
        call()
    return printed(text.getvalue())


def _bar(rng):
    text = io.StringIO()
    for _ in tqdm(range(int(rng.integers(20, 60))), file=text, desc="Bootstrap", mininterval=0):
        pass
    return [printed(text.getvalue(), to="stderr"), printed(" 40%|████      | 8/20 [00:03<00:04]")]


def _versions(_):
    found = [f"{d.metadata['Name']}=={d.version}" for d in importlib.metadata.distributions()]
    lines = ["python 3.11.9", f"numpy {np.__version__}", f"pandas {pd.__version__}"]
    return [
        printed(*sorted(found)),
        printed(*lines),
        shown({"numpy": np.__version__, "seed": 2026}),
    ]


def _meta(rng):
    names = ["Ford 1997", "Sankar 2003", "Kobocow 1983", "McGuire 1985", "Woods 1986"]
    names += [f"{name} 20{year}" for name, year in zip(names, range(11, 16), strict=False)]
    effects = rng.normal(0.3, 0.1, 10).round(2)
    table = pd.DataFrame({"study": names, "g": effects, "se": rng.uniform(0.05, 0.3, 10).round(2)})
    table["n"] = rng.integers(24, 300, 10)
    table["weight"] = (100 / 10 + rng.normal(0, 1, 10)).round(1)
    heard = "Random-effects model: k = 14 studies, g = 0.31 [0.19, 0.43], I² = 61 %, τ² = 0.02"
    return [shown(table), printed(heard, "Subgroup students: k = 4, adults: k = 10")]


def _power(rng):
    grid = [(n, d) for n in (20, 50, 100, 200) for d in (0.2, 0.5, 0.8)]
    power = [stats.norm.cdf(d * (n / 2) ** 0.5 - 1.96).round(3) for n, d in grid]
    table = pd.DataFrame(grid, columns=["n per arm", "d"]).assign(power=power)
    sizes = pd.DataFrame({"d": [0.8, 1.2, 1.6], "n per group": [26, 12, 8], "power": [0.8] * 3})
    return [shown(table), shown(sizes), printed("With 5 clients a therapist and ICC = .05: 8 arms")]


def _recovery(rng):
    terms = ["Intercept", "privacy", "stigma", "arm[absolute]", "fear"]
    table = pd.DataFrame({"truth": [1.0, 0.4, -0.2, 0.15, -0.1]}, terms)
    table["estimate"] = (table["truth"] + rng.normal(0, 0.02, 5)).round(3)
    table["bias"] = (table["estimate"] - table["truth"]).round(3)
    return shown(table.assign(coverage=rng.uniform(0.93, 0.97, 5).round(3), runs=1000))


def _missing(rng):
    names = ["trust_now", "income", "topics", "privacy_4"]
    return shown(pd.DataFrame({"missing": [31, 58, "masked", 22], "n": 542}, names))


def _confusion(rng):
    true = rng.integers(0, 2, 540)
    guess = np.where(rng.random(540) < 0.7, true, 1 - true)
    matrix = metrics.confusion_matrix(true, guess)
    return [shown(matrix), printed(metrics.classification_report(true, guess))]


def _loadings(rng):
    table = pd.DataFrame(
        rng.uniform(-0.2, 0.9, (12, 3)).round(2),
        [f"alliance_{i}" for i in range(1, 13)],
        ["bond", "task", "goal"],
    )
    return shown(table.assign(communality=(table**2).sum(axis=1).round(2)))


def _means(rng):
    table = answers().groupby("arm")["trust_now"].agg(["mean", "std", "count"]).round(2)
    return [shown(table), printed(table.to_string())]


def _describe(_):
    table = answers()[["trust_now", "privacy", "stigma"]].describe().drop(["min", "max"])
    return [shown(table.round(2)), shown(table.loc[["count", "mean", "std"]].T)]


def _summaries(_):
    frame = answers()
    ols = smf.ols("trust_now ~ privacy + stigma + C(arm)", frame).fit()
    logit = smf.logit("told ~ privacy + fear", frame).fit(disp=0)
    warm = frame["alliance"] + pd.factorize(frame["therapist"])[0] % 5 / 4
    groups = frame["therapist"]
    mixed = smf.mixedlm("warm ~ privacy", frame.assign(warm=warm), groups=groups).fit()
    robust = smf.ols("trust_now ~ privacy", frame).fit(cov_type="HC3")
    table = sm.stats.anova_lm(ols, typ=2)
    return [
        printed(ols.summary()),
        shown(logit.summary()),
        shown(mixed.summary()),
        shown(robust.params),
        printed(robust.pvalues.round(4).to_string()),
        shown(table),
        shown(logit.get_margeff().summary_frame()),
        shown(ols.conf_int().round(2)),
    ]


def _info(_):
    text = io.StringIO()
    answers().info(buf=text)
    return [printed(text.getvalue()), shown(answers().shape), shown(answers().dtypes)]


def _progress(_):
    state = {"model_module": "@jupyter-widgets/controls", "model_name": "FloatProgressModel"}
    state |= {"model_module_version": "2.0.0", "state": {"max": 200.0, "value": 200.0}}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "b71", "version_major": 2}}
    return bundle(view | {"text/plain": "  0%|          | 0/200 [00:00<?, ?it/s]"})


def _codebook(_):
    table = study().survey.codebook.table[["variable", "label", "levels"]].iloc[26:40]
    points = pd.DataFrame(
        {"point": [1, 2, 3, 4, 5], "label": "never rarely sometimes often always".split()}
    )
    return [shown(table), shown(points), html("<ol><li>What I say here stays here</li></ol>")]


simple("large cross-tab", "pd.crosstab(df.consent, df.told, margins=True)", _crosstab)
simple("summaries", "fit.summary()", _summaries)
simple("group means", "df.groupby('arm').trust.agg(['mean', 'std', 'count'])", _means)
simple("describe without extremes", "df.describe().drop(['min', 'max'])", _describe)
simple("progress bars", "for _ in tqdm(range(40)): draw()", _bar)
simple("progress widget", "for _ in tqdm(range(200)): draw()", _progress)
simple("versions", "!pip freeze", _versions)
simple("meta-analysis", "cs.meta(studies)", _meta)
simple("power", "power", _power)
simple("recovery", "recovery", _recovery)
simple("missing, masked", "cs.release.missing(survey)", _missing)
simple("confusion matrix", "confusion_matrix(y, p)", _confusion)
simple("factor loadings", "factors.loadings", _loadings)
simple("info", "df.info()", _info)
simple("codebook", "survey.codebook.table", _codebook)
simple("correlations", "df.corr()", lambda _: shown(answers().corr(numeric_only=True).round(2)))
simple("help", "help(pd.cut)", lambda _: _captured(lambda: help(pd.cut)))
simple("help of numpy", "np.histogram?", lambda _: printed(np.histogram.__doc__))
simple("system", "platform.uname()", lambda _: printed(platform.machine(), sys.version, "cpus: 8"))
simple(
    "Likert legend",
    "legend",
    lambda _: [
        html(
            "<table><tr><th>1</th><td>strongly disagree</td></tr>"
            "<tr><th>7</th><td>strongly agree</td></tr></table>"
        ),
        printed("1 = never, 2 = rarely, 3 = sometimes, 4 = often, 5 = always"),
        shown({1: "strongly disagree", 2: "disagree", 3: "neutral", 4: "agree"}),
    ],
)
simple(
    "likert shares",
    "items",
    lambda rng: shown(
        pd.DataFrame(
            rng.dirichlet([6] * 5, 6).round(2),
            [f"privacy_{i}" for i in range(1, 7)],
            ["never", "rarely", "sometimes", "often", "always"],
        ).assign(n=rng.integers(510, 542, 6))
    ),
)
simple(
    "waves",
    "by_wave",
    lambda rng: shown(
        _counts(rng, ["2024 Q3", "2024 Q4", "2025 Q1"], ["invited", "answered"], 180)
    ),
)
simple(
    "hyperparameters",
    "GridSearchCV(tree, grid).fit(X, y).cv_results_",
    lambda rng: shown(
        pd.DataFrame(
            [{"max_depth": d, "min_samples_leaf": leaf} for d in (2, 3, 5) for leaf in (10, 20, 40)]
        ).assign(mean_test_score=rng.uniform(0.6, 0.8, 9).round(3), rank=range(1, 10))
    ),
)
simple(
    "E-values",
    "cs.evalue(1.8)",
    lambda _: printed("E-value for RR = 1.80: 3.00 (interval 2.10)", "partial R² = 4.1 %"),
)
simple(
    "tests",
    "stats.pearsonr(x, y)",
    lambda rng: [
        shown(stats.pearsonr(rng.normal(size=300), rng.normal(size=300))),
        shown(stats.ttest_ind(rng.normal(size=90), rng.normal(size=80))),
        printed("t(412) = 2.31, p = .021, d = 0.23 [0.04, 0.42]", "χ²(3) = 9.4, p = .024, n = 542"),
        printed("F(2, 539) = 5.10, p = .006, η² = .02; Cronbach's α = .87 (12 items)"),
    ],
)
simple(
    "simulation parameters",
    "params",
    lambda _: [
        shown({"clients": 1200, "therapists": 60, "seed": 2026, "icc": 0.052, "response": 0.68}),
        shown(pd.DataFrame({"parameter": ["icc", "b", "loss"], "value": [0.05, 0.4, 0.3]})),
        printed("rng = numpy.random.default_rng(2026)"),
    ],
)
simple(
    "YAML",
    "print(config)",
    lambda _: printed(
        "study: confidentiality", "waves: [1, 2, 3]", "model:", "  family: logit", "  draws: 2000",
        "  chains: 4", "scale: {min: 1, max: 5}", "release: {threshold: 10, base: 5}",
    ),
)  # fmt: skip
simple(
    "timing",
    "%timeit fit()",
    lambda _: [
        printed("3.21 ms ± 41.2 µs per loop (mean ± std. dev. of 7 runs, 100 loops each)"),
        printed("CPU times: user 1.2 s, sys: 31 ms, total: 1.23 s", "Wall time: 1.25 s"),
    ],
)
simple(
    "warnings",
    "import seaborn",
    lambda _: printed(
        "/usr/lib/python3.11/site-packages/numba/core/types.py:104: DeprecationWarning: "
        "invalid escape sequence '\\d'\n  warnings.warn(msg)",
        to="stderr",
    ),
)
simple(
    "provenance",
    "survey.provenance",
    lambda rng: printed(
        f"therapy.parquet, sha256 {rng.bytes(32).hex()}, 542 rows, 176 columns",
        f"commit {rng.bytes(20).hex()}, built 2026-03-02",
        "gate: k = 5, 0 identifying columns",
    ),
)
simple(
    "cross-validation",
    "cross_val_score(model, X, y)",
    lambda rng: [shown(rng.uniform(0.6, 0.8, 5).round(3)), printed("5 folds, AUC .71 ± .02")],
)
simple(
    "survival of many",
    "km.table",
    lambda _: shown(
        pd.DataFrame(
            {"session": [1, 4, 8], "at risk": [542, 431, 288], "events": [34, 51, 47]}
        ).assign(survival=[0.94, 0.82, 0.69])
    ),
)
simple(
    "palette",
    "palette",
    lambda _: [
        shown(["#0072B2", "#D55E00", "#009E73", "#CC79A7"]),
        html("<style>.bar{color:#0072B2;margin:4px}</style><div class='bar'>b = 0.21</div>"),
    ],
)
simple("nothing", "_ = fit", lambda _: [shown(True), shown(None), shown(0.42), shown([])])


_PROSE = (
    "I fitted three models and we then asked 4 experts to rate 12 vignettes. My first idea was "
    "wrong: privacy did not matter in wave 2 (see Table 3).",
    "> What I say here stays between my therapist and me\n\nis the first item of 6.",
    "- Ford, C. A., & Millstein, S. G. (1997). *JAMA*, 278(12), 1029–1034. "
    "https://doi.org/10.1001/jama.1997.03550120089044\n"
    "- Sankar, P., Mora, S., Merz, J. F., & Jones, N. L. (2003). *Journal of General Internal "
    "Medicine*, 18(8), 659–669. doi:10.1046/j.1525-1497.2003.20823.x",
    "$$y_{ij} = \\beta_0 + \\beta_1 x_{ij} + u_j + e_{ij},\\quad u_j \\sim N(0, \\tau^2)$$",
    "| Hypothesis | Effect | Test |\n|---|---|---|\n| H1 | b > 0 | one-sided |\n"
    "| H2 | b = 0 | ±0.1, 90 % interval |",
    "Of 800 clients invited, 542 (67.8 %) answered. Women were 61 % of the sample (n = 331). "
    "In the absolute arm 48 % of n = 181 told a secret, against 39 % of n = 178.",
    "## 2. Method\n\n1. Load the survey.\n2. Score 5 scales with 4–12 items each.\n"
    "3. Fit `trust ~ privacy` with df = 2, 3 and 538.\n\nQuestions: open an issue.",
    "Respondents said how often they kept something back, from 1 (never) to 5 (always); "
    "therapist 'effects' are random. A client who reports danger may be reported, too.",
)


@benign("prose")
def _prose(seed):
    order = np.random.default_rng(seed).permutation(len(_PROSE))
    return notebook(seed, *(new_markdown_cell(_PROSE[i]) for i in order))


@benign("papermill, relative")
def _papermill(seed):
    record = {"input_path": "notebooks/one.ipynb", "output_path": "reports/one.ipynb"}
    record |= {"parameters": {"seed": 2026, "clients": 1200}, "duration": 4.21, "version": "2.7.0"}
    times = {"start_time": "2026-03-02T09:12:33.412Z", "end_time": "2026-03-02T09:12:37.622Z"}
    cell = code('data = "data/therapy.parquet"\nseed = 2026', tags=["parameters"])
    return notebook(seed, cell, papermill=record | times)


@benign("released outputs")
def _released(seed):
    fit = cs.fit("trust_now ~ privacy + stigma", scores())
    logit = cs.fit("concealment ~ privacy + stigma", scores(), "logit")
    things = [
        cs.table(fit),
        cs.plot.coefficients(logit, codebook=scores().codebook),
        cs.plot.likert(study().survey, pick(seed, "privacy", "stigma", "fear")),
    ]
    outputs = [bundle(dict(thing._repr_mimebundle_())) for thing in things]
    return notebook(seed, code("report.table(fit)", *outputs, tags=["released"]))
