"""Leaks in figures: points that are people, and data inside of pictures."""

import base64
import json
import struct
import zlib

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from tests.release.audit.leaks_notebook import bundle, html, leak, notebook, picture
from tests.release.audit.leaks_people import pick, some, study


def _drawn(seed, draw, source, form="png", n=80):
    canvas = Figure()
    draw(canvas.subplots(), study().file.sample(n, random_state=seed), np.random.default_rng(seed))
    return notebook(seed, leak(source, picture(canvas, form)))


def scatter_png(seed):
    source = pick(
        seed,
        "plt.scatter(df.age, df.income)",
        "df.plot.scatter('age', 'income')",
        "sns.regplot(data=df, x='age', y='income')",
    )
    return _drawn(seed, lambda ax, people, _: ax.scatter(people["age"], people["income"]), source)


def scatter_svg(seed):
    def draw(ax, people, _):
        if seed % 2:
            ax.plot(people["age"], people["income"], "o")
        else:
            ax.scatter(people["age"], people["income"], s=pick(seed, 4, 9, 20))

    return _drawn(seed, draw, "ax.plot(df.age, df.income, 'o')\nfig", "svg")


def png_chunk(seed):
    """An innocent picture with a record in a text chunk, or behind its end."""
    row = some(seed, 1, "name email age income gender").iloc[0]
    canvas = Figure(figsize=(2, 1))
    canvas.text(0.5, 0.5, "b = .21")
    made = picture(canvas)
    data = base64.b64decode(made["data"]["image/png"])
    words = json.dumps(row.to_dict()).encode()
    if seed % 3 == 2:
        data += words
    else:
        kind, body = pick(
            seed,
            (b"tEXt", b"Comment\0" + words),
            (b"zTXt", b"Comment\0\0" + zlib.compress(words)),
        )
        chunk = struct.pack(">I", len(body)) + kind + body
        chunk += struct.pack(">I", zlib.crc32(kind + body))
        data = data[:33] + chunk + data[33:]
    made["data"]["image/png"] = base64.b64encode(data).decode()
    return notebook(seed, leak("fig", made))


def svg_metadata(seed):
    row = some(seed, 1, "name email age income gender").iloc[0]
    form = pick(
        seed,
        "<metadata><dc:creator>{}</dc:creator></metadata>",
        "<g><title>{}</title><circle r='3'/></g>",
        "<circle r='3' data-row='{}'/>",
    )
    secret = pick(
        seed, row["email"], f"{row['name']}, {row['age']}", f"{row['email']} {row['age']}"
    )
    text = f"<svg xmlns='http://www.w3.org/2000/svg'>{form.format(secret)}</svg>"
    return notebook(seed, leak("fig", bundle({"image/svg+xml": text, "text/plain": "<Figure>"})))


def _plotly(people, names=None):
    trace = {"type": "scatter", "mode": "markers", "x": people["age"].tolist()}
    trace |= {"y": people["income"].tolist(), "name": "", "showlegend": False}
    if names is not None:
        trace |= {"customdata": [[name] for name in names], "hovertemplate": "%{customdata[0]}"}
    return {"data": [trace], "layout": {"xaxis": {"title": {"text": "age"}}}}


def plotly_json(seed):
    people = study().file.sample(40, random_state=seed)
    made = _plotly(people, people["name"] if seed % 3 == 2 else None)
    if seed % 3 == 1:
        made["data"][0] |= {"type": "box", "boxpoints": "all"}
    data = {"application/vnd.plotly.v1+json": made | {"config": {"plotlyServerURL": ""}}}
    return notebook(seed, leak("px.scatter(df, 'age', 'income')", bundle(data)))


def plotly_bdata(seed):
    people = study().file.sample(40, random_state=seed)
    made = _plotly(people)
    for axis, kind in (("x", pick(seed, "i1", "f8", "i2")), ("y", "f8")):
        array = np.asarray(made["data"][0][axis], kind)
        made["data"][0][axis] = {
            "dtype": kind,
            "bdata": base64.b64encode(array.tobytes()).decode(),
        }
    text = (
        '<div><script type="text/javascript">require(["plotly"], function(Plotly) {'
        f'Plotly.newPlot("f3", {json.dumps(made["data"])}, {json.dumps(made["layout"])});'
        "});</script></div>"
    )
    return notebook(seed, leak("px.scatter(df, 'age', 'income').show()", html(text)))


def vega_data(seed):
    records = some(seed, 30).astype(object).to_dict("records")
    chart = {"$schema": "https://vega.github.io/schema/vega-lite/v5.20.1.json"}
    chart |= {"mark": {"type": "point"}, "encoding": {"x": {"field": "age"}}}
    if seed % 2:
        chart |= {"data": {"values": records}}
    else:
        chart |= {"data": {"name": "data-9c"}, "datasets": {"data-9c": records}}
    if seed % 3 == 2:
        text = f"<script>vegaEmbed('#vis', {json.dumps(chart)})</script>"
        return notebook(seed, leak("alt.Chart(df).mark_point()", html(text)))
    data = {"application/vnd.vegalite.v5+json": chart, "text/plain": "alt.Chart(...)"}
    return notebook(seed, leak("alt.Chart(df).mark_point()", bundle(data)))


def caterpillar(seed):
    def draw(ax, people, _):
        means = people.groupby("therapist", observed=True)["income"].mean().sort_values()
        ax.errorbar(means, range(len(means)), xerr=900, fmt="o")
        ax.set_yticks(range(len(means)), means.index)

    source = "m = df.groupby('therapist').income.mean()\nax.errorbar(m, range(len(m)), fmt='o')"
    return _drawn(seed, draw, source, pick(seed, "png", "svg", "png"))


def qq_plot(seed):
    def draw(ax, people, _):
        stats.probplot(people["income"], plot=ax)

    source = pick(
        seed,
        "sm.qqplot(fit.resid, line='s')",
        "stats.probplot(fit.resid, plot=plt)",
        "qqplot(fit.resid)",
    )
    return _drawn(seed, draw, source, pick(seed, "png", "svg", "png"))


def violin_points(seed):
    def draw(ax, people, rng):
        ax.violinplot([people["wait_days"]])
        ax.plot(1 + rng.normal(0, 0.02, len(people)), people["wait_days"], ".")

    source = pick(
        seed,
        "sns.violinplot(data=df, y='wait_days', inner='point')",
        "sns.violinplot(df, y='wait_days', inner='stick')",
        "sns.swarmplot(df, y='wait_days')",
    )
    return _drawn(seed, draw, source, pick(seed, "png", "svg", "png"))


def rug(seed):
    def draw(ax, people, _):
        ax.hist(people["income"], bins=4)
        ax.plot(people["income"], np.zeros(len(people)), "|", markersize=14)

    return _drawn(seed, draw, "sns.rugplot(df, x='income')", pick(seed, "png", "svg", "svg"))


def box_fliers(seed):
    def draw(ax, people, _):
        ax.boxplot([people["income"], people["income"] * 1.1])

    source = pick(seed, "plt.boxplot(df.income)", "df.boxplot('income')", "sns.boxplot(df.income)")
    return _drawn(seed, draw, source, pick(seed, "png", "svg", "png"))


def swarm(seed):
    def draw(ax, people, rng):
        codes = people["region"].cat.codes
        ax.scatter(codes + rng.uniform(-0.2, 0.2, len(people)), people["age"], s=8)

    source = pick(
        seed, "sns.stripplot(df, x='region', y='age')", "sns.swarmplot(df)", "ax.scatter(c, a)"
    )
    return _drawn(seed, draw, source, pick(seed, "png", "svg", "png"))


def spaghetti(seed):
    def draw(ax, people, _):
        for row in people[["phq_before_1", "phq_after_1"]].to_numpy():
            ax.plot([0, 1], row, color="gray", alpha=0.4)

    source = "for who, one in long.groupby('respondent'):\n    ax.plot(one.session, one.phq)"
    return _drawn(seed, draw, source, pick(seed, "svg", "png", "png"))


LISTED = {
    "scatter, PNG": scatter_png,
    "scatter, SVG": scatter_svg,
    "PNG text chunk": png_chunk,
    "Plotly JSON": plotly_json,
    "Plotly bdata in HTML": plotly_bdata,
    "Vega data": vega_data,
}
OWN = {
    "SVG metadata": svg_metadata,
    "caterpillar of small clusters": caterpillar,
    "Q-Q plot": qq_plot,
    "violin with points": violin_points,
    "rug": rug,
    "fliers of a box plot": box_fliers,
    "swarm": swarm,
    "a line each": spaghetti,
}
