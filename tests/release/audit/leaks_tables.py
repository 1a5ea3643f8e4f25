"""Leaks in tables: rows of respondents, and counts of too few."""

import json

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from tests.release.audit.leaks_notebook import (
    bundle,
    html,
    leak,
    notebook,
    picture,
    printed,
    shown,
    words,
)
from tests.release.audit.leaks_people import pick, some, study


def head_html(seed):
    frame = some(seed, 5 + seed % 3)
    table = pick(
        seed,
        frame.to_html(),
        frame.style.format(precision=1).to_html(),
        frame.reset_index(drop=True).to_html(border=0, classes="table table-striped"),
    )
    return notebook(seed, leak("df.head()", html(table, "")))


def head_text(seed):
    frame = some(seed, 5)
    text = pick(seed, repr(frame), frame.to_string(index=False), frame.T.to_string())
    return notebook(seed, leak("print(df.head())", printed(text)))


def few_values(seed):
    name = pick(seed, "gender", "concern", "topics")
    counts = study().file[name].astype("object").value_counts()
    counts.iloc[-1] = 2 + seed % 7
    return notebook(seed, leak(f'df["{name}"].value_counts()', shown(counts)))


def describe(seed):
    columns = pick(seed, ["income", "age"], ["wait_days", "visits"], ["age", "sessions"])
    table = study().file[columns].describe()
    table = table.T if seed % 2 else table
    return notebook(seed, leak("df.describe()", shown(table)))


def small_crosstab(seed):
    counts = np.random.default_rng(seed).integers(18, 120, (3, 3))
    counts[seed % 3, 1] = 1 + seed % 8
    table = pd.DataFrame(counts, ["brief", "full", "none"], ["never", "once", "often"])
    table = table.rename_axis("consent").rename_axis("told", axis=1)
    output = shown(table) if seed % 2 else printed(table.to_string())
    return notebook(seed, leak("pd.crosstab(df.consent, df.told)", output))


def suppressed_but_margins(seed):
    counts = np.random.default_rng(seed).integers(14, 90, (3, 2))
    counts[1, 0] = 3 + seed % 5
    table = pd.DataFrame(counts, ["north", "east", "south"], ["No", "Yes"], dtype=object)
    table["All"] = counts.sum(axis=1)
    table.loc["All"] = [*counts.sum(axis=0), counts.sum()]
    table.loc["east", "No"] = pick(seed, "<10", "masked", "*")
    return notebook(seed, leak("masked", shown(table.rename_axis("region"))))


def share_of_few(seed):
    share, n = pick(seed, ("3.7 %", 54), ("6.9%", 29), ("0.13", 23))
    text = pick(
        seed,
        f"{share} of the respondents had complained (n = {n}).",
        f"Complaints: {share} (N={n})",
        f"<p>share who complained: <b>{share}</b>, n&nbsp;=&nbsp;{n}</p>",
    )
    return notebook(seed, leak("share", html(text) if "<" in text else printed(text)))


def everybody_alike(seed):
    n = pick(seed, 43, 31, 27)
    table = pd.DataFrame(
        {"concealed": ["100.0%", "51.9%"], "n": [n, 214]}, index=["told before", "not told"]
    )
    sentence = f"100 % of the {n} clients with a breach before concealed something."
    output = pick(seed, printed(sentence), shown(table), printed(table.to_string()))
    return notebook(seed, leak("table", output))


def mean_of_one(seed):
    frame = study().file
    name = pick(seed, "income", "wait_days", "age")
    table = frame.groupby(frame["region"].astype(str))[name].agg(["mean", "count"]).round(2)
    one = some(seed, 1, name)[name].iloc[0]
    table.loc["abroad"] = [one, 1]
    table["count"] = table["count"].astype(int)
    return notebook(seed, leak("df.groupby('region').agg(['mean', 'count'])", shown(table)))


def table_schema(seed):
    frame = some(seed, 4)
    plain = json.loads(frame.astype("object").to_json(orient="table"))
    data = {"application/vnd.dataresource+json": plain, "text/plain": "<DataFrame>"}
    return notebook(seed, leak("df.head(4)", bundle(data, "execute_result")))


def small_percentiles(seed):
    n = pick(seed, 12, 14, 9)
    of = np.sort(study().file["income"].sample(n, random_state=seed))
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    table = pd.Series(np.quantile(of, levels).round(2), [f"{q:.0%}" for q in levels], name="income")
    output = pick(
        seed, shown(table), printed(f"n = {n}", table.to_string()), shown(table.to_frame().T)
    )
    return notebook(seed, leak(f"small = df[df.region == 'west']  # n = {n}\nq", output))


def small_bins(seed):
    values = study().file["age"].sample(60, random_state=seed)
    counts, edges = np.histogram(values, bins=pick(seed, 12, 15, 20))
    if seed % 3 == 0:
        return notebook(seed, leak("np.histogram(age, 12)", shown((counts, edges))))
    if seed % 3 == 1:
        canvas = Figure()
        canvas.subplots().hist(values, bins=15)
        return notebook(seed, leak("df.age.sample(60).plot.hist(bins=15)", picture(canvas)))
    bins = pd.cut(values, edges.round()).value_counts(sort=False)
    return notebook(seed, leak("pd.cut(age, bins).value_counts()", shown(bins)))


def _pipes(frame):
    rows = [frame.columns, ["---"] * frame.shape[1], *frame.astype(str).to_numpy()]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def markdown_table(seed):
    frame = some(seed, 4)
    text = f"Some of the clients:\n\n{_pipes(frame)}"
    return notebook(
        seed, pick(seed, words(text), leak("show", bundle({"text/markdown": text})), words(text))
    )


def polars_table(seed):
    frame = some(seed, 4, pick(seed, "age gender income arm", "age region concern wait_days", ""))
    wide = [max(len(str(x)) for x in [name, *frame[name]]) for name in frame]

    def line(left, mid, right):
        return left + mid.join("─" * (width + 2) for width in wide) + right

    def row(cells):
        padded = (str(cell).ljust(width) for cell, width in zip(cells, wide, strict=True))
        return "│ " + " ┆ ".join(padded) + " │"

    kinds = ["f64" if frame[name].dtype.kind == "f" else "cat" for name in frame]
    body = [row(cells) for cells in frame.itertuples(index=False)]
    top = [line("┌", "┬", "┐"), row(frame.columns), row(["---"] * len(wide)), row(kinds)]
    text = ["shape: " + str(frame.shape), *top, line("╞", "╪", "╡"), *body, line("└", "┴", "┘")]
    return notebook(seed, leak("pl.DataFrame(df).head(4)", bundle({"text/plain": "\n".join(text)})))


def grid_table(seed):
    frame = some(seed, 3)
    cells = frame.astype(str).to_numpy().tolist()
    wide = 13
    mark = pick(seed, "-", "=", "-")
    line = "+" + "+".join(mark * (wide + 2) for _ in frame) + "+"
    rows = ["| " + " | ".join(c[:wide].ljust(wide) for c in row) + " |" for row in cells]
    header = "| " + " | ".join(c[:wide].ljust(wide) for c in frame) + " |"
    text = f"{line}\n{header}\n{line}\n" + f"\n{line}\n".join(rows) + f"\n{line}"
    return notebook(seed, leak('print(tabulate(df, tablefmt="grid"))', printed(text)))


def latex_table(seed):
    text = some(seed, 4).astype(object).to_latex(index=seed % 2 == 0)
    output = pick(seed, printed(text), bundle({"text/latex": text}), printed(text))
    return notebook(seed, leak("print(df.head(4).to_latex())", output))


def csv_fence(seed):
    frame = some(seed, 4)
    separator = pick(seed, ",", ";", "\t")
    text = f"```csv\n{frame.to_csv(index=seed % 2 == 0, sep=separator)}```"
    return notebook(seed, words(text))


def singleton_means(seed):
    frame = study().file.sample(30, random_state=seed)
    key = pick(seed, ["region", "concern", "gender"], ["therapist", "age_band"], ["age", "gender"])
    table = frame.astype(dict.fromkeys(key, "object")).groupby(key)["income"].mean()
    return notebook(seed, leak(f"df.groupby({key})['income'].mean()", shown(table.head(12))))


def normalised_with_n(seed):
    counts = np.random.default_rng(seed).integers(20, 60, (2, 3))
    counts[0, 2] = pick(seed, 1, 2, 4)
    shares = pd.DataFrame(
        counts / counts.sum(axis=1, keepdims=True), ["No", "Yes"], ["a", "b", "c"]
    )
    text = (shares * 100).round(1).astype(str) + "%"
    text["N"] = counts.sum(axis=1)
    return notebook(seed, leak("pd.crosstab(df.told, df.kind, normalize='index')", shown(text)))


def extremes(seed):
    frame = study().file
    value = frame["income"].nlargest(5)
    output = pick(
        seed,
        printed(f"Highest income: {frame['income'].max()}, oldest: {frame['age'].max():.0f}"),
        shown(value),
        shown(frame.nlargest(3, "wait_days")[["age", "gender", "wait_days"]]),
    )
    source = pick(seed, "print(df.income.max())", "df.income.nlargest(5)", "df.nlargest(3, 'wait')")
    return notebook(seed, leak(source, output))


def one_row(seed):
    frame = some(seed, 3, "name age gender region income sessions")
    row = frame.iloc[0]
    output = pick(seed, shown(row), shown(frame.iloc[[0]]), shown(row.to_dict()))
    source = pick(seed, "df.iloc[0]", "df.sample(1)", "df.loc[17].to_dict()")
    return notebook(seed, leak(source, output))


def few_of_a_pair(seed):
    """A count in words."""
    few = pick(seed, "only 3", "just two", "4")
    text = pick(
        seed,
        f"Of the clients in the north, {few} withdrew their consent.",
        f"<li>{few} clients of practice P3 were reported to the court</li>",
        f"{few} respondents (0.7%) knew of abuse",
    )
    return notebook(seed, leak("sentence", html(text) if "<" in text else printed(text)))


def missing_patterns(seed):
    frame = study().file[["income", "topics", "stigma_2", "privacy_1", "until"]].copy()
    rng = np.random.default_rng(seed)
    frame = frame.mask(rng.random(frame.shape) < 0.05)
    table = frame.isna().value_counts().rename("count").reset_index()
    return notebook(seed, leak("df.isna().value_counts()", shown(table)))


LISTED = {
    "head, HTML": head_html,
    "head, text": head_text,
    "value_counts under ten": few_values,
    "describe with min and max": describe,
    "small cell of a cross-tab": small_crosstab,
    "suppressed but recoverable": suppressed_but_margins,
    "3.7 % of n = 54": share_of_few,
    "100 % of n = 43": everybody_alike,
    "mean with count 1": mean_of_one,
    "table schema": table_schema,
    "percentiles of a small group": small_percentiles,
    "small histogram bins": small_bins,
}
OWN = {
    "Markdown table": markdown_table,
    "polars table": polars_table,
    "grid table": grid_table,
    "LaTeX table": latex_table,
    "CSV in a fence": csv_fence,
    "means of singletons": singleton_means,
    "shares with n": normalised_with_n,
    "extremes": extremes,
    "one row": one_row,
    "a few in words": few_of_a_pair,
    "patterns of missing answers": missing_patterns,
}
