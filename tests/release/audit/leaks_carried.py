"""Leaks that are carried inside something: files in base64, archives, specs, pictures, metadata."""

import base64
import bz2
import codecs
import gzip
import io
import json
import pickle
import sqlite3
import zipfile
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin

from tests.release.audit.leaks_listings import telling
from tests.release.audit.leaks_notebook import bundle, html, leak, notebook, printed, words
from tests.release.audit.leaks_people import pick, some

OWN = {}


def _b64(data):
    return base64.b64encode(data).decode()


def _sent(seed, data):
    """Bytes as a download link, a printed text or a bundle of an own type."""
    coded = _b64(data)
    return pick(
        seed,
        html(f'<a download="t" href="data:application/octet-stream;base64,{coded}">get</a>'),
        printed(coded),
        bundle({"application/octet-stream": coded, "text/plain": "<file>"}),
    )


def _frame(seed):
    return (
        some(seed, 8, "age gender region income visits")
        .reset_index(drop=True)
        .astype({"gender": str, "region": str})
    )


def _sqlite(seed):
    with sqlite3.connect(":memory:") as base:
        _frame(seed).to_sql("intake", base, index=False)
        return _sent(seed, base.serialize())


def _feather(seed):
    file = io.BytesIO()
    pa.feather.write_feather(
        _frame(seed), file, compression=pick(seed, "lz4", "zstd", "uncompressed")
    )
    return _sent(seed, file.getvalue())


def _parquet(seed):
    file = io.BytesIO()
    _frame(seed).to_parquet(file, compression=pick(seed, "zstd", "snappy", "gzip"))
    return _sent(seed, file.getvalue())


def _npz(seed):
    file = io.BytesIO()
    frame = _frame(seed)
    (np.savez_compressed if seed % 2 else np.savez)(
        file, age=frame["age"], income=frame["income"], visits=frame["visits"]
    )
    return _sent(seed, file.getvalue())


def _zip(seed):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.csv", _frame(seed).to_csv(index=False))
    return _sent(seed, file.getvalue())


def _pdf(seed):
    lines = [
        f"({r.age:.0f} {r.gender} {r.region} {r.income}) Tj T*" for r in _frame(seed).itertuples()
    ]
    lines = ["(age gender region income) Tj T*", *lines]
    body = zlib.compress(("BT /F1 9 Tf " + " ".join(lines) + " ET").encode())
    return _sent(
        seed,
        b"%PDF-1.4\n4 0 obj <</Length 9/Filter/FlateDecode>>\nstream\n"
        + body
        + b"\nendstream endobj\n%%EOF",
    )


def _nested(seed):
    data = _frame(seed).to_csv(index=False).encode()
    for step in range(3 + seed % 2):
        data = (zlib.compress, bz2.compress, gzip.compress)[(step + seed) % 3](data)
        data = base64.b64encode(data)
    return printed(json.dumps({"v": 1, "state": data.decode()}))


def _split(seed):
    coded = _b64(gzip.compress(_frame(seed).to_csv(index=False).encode()))
    cut = len(coded) // 2
    return pick(
        seed,
        [printed(coded[:cut], end=""), printed("", to="stderr"), printed(coded[cut:])],
        [printed(coded[:cut], end=""), printed(coded[cut:], end="", to="stderr")],
        [bundle({"text/plain": coded[:cut]}), bundle({"text/plain": coded[cut:]})],
    )


def _pickle(seed):
    rows = _frame(seed).to_dict("records")
    return _sent(seed, pickle.dumps(rows, protocol=2 + seed % 4))


def _metadata(seed):
    return leak(
        "survey.frame",
        printed("ok"),
        cache=json.loads(_frame(seed).to_json(orient=pick(seed, "records", "split", "columns"))),
    )


def _attached(seed):
    note = _b64(_frame(seed).to_csv(index=False).encode())
    return words("See ![it](attachment:it.csv)", attachments={"it.csv": {"text/csv": note}})


def _tags(seed):
    row = some(seed, 1, "name email phone").iloc[0]
    return leak("fit", tags=[pick(seed, row.email, row.phone, row.email.replace("@", " at "))])


def _reversed(seed):
    row = some(seed, 1, "email").iloc[0]
    return printed(
        pick(
            seed,
            row.email[::-1],
            codecs.encode(row.email, "rot13"),
            row.email.encode("utf-16").hex(),
        )
    )


def _disguised(seed):
    row = some(seed, 1, "email phone").iloc[0]
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in row.email)
    return printed(
        pick(
            seed,
            wide,
            "\u2060".join(row.email),
            row.email.replace("@", " [at] ").replace(".", " [dot] "),
        )
    )


def _png(seed, text=""):
    file = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Comment", text, zip=bool(seed % 2))
    Image.new("RGB", (60, 40), "white").save(file, "PNG", pnginfo=info)
    return _b64(file.getvalue())


def _itxt(seed):
    return bundle(
        {"image/png": _png(seed, _frame(seed).to_csv(index=False)), "text/plain": "<Figure>"}
    )


def _exif(seed):
    file = io.BytesIO()
    row = some(seed, 1, "name email age region").iloc[0]
    exif = Image.Exif()
    exif[0x010E] = f"{row['name']} {row.email} {row.age} {row.region}"
    Image.new("RGB", (60, 40), "white").save(file, "JPEG", exif=exif)
    return bundle({"image/jpeg": _b64(file.getvalue()), "text/plain": "<Figure>"})


def _dots(kind):
    def make(seed):
        x, y = np.random.default_rng(seed).normal(size=(2, 80))
        canvas = Figure()
        canvas.add_subplot().scatter(x, y, s=9, marker=pick(seed, "o", "x", "s"))
        file = io.BytesIO()
        canvas.savefig(file, format="png", dpi=60)
        picture = Image.open(file).convert(pick(seed, "RGB", "L", "P"))
        file = io.BytesIO()
        picture.convert("RGB" if kind == "jpeg" else picture.mode).save(file, kind)
        return bundle({f"image/{kind}": _b64(file.getvalue()), "text/plain": "<Figure>"})

    return make


def _bokeh(seed):
    frame = some(seed, 30, "age income")
    data = {"x": frame["age"].tolist(), "y": frame["income"].tolist(), "index": list(range(30))}
    doc = {
        "d": {
            "roots": {
                "references": [
                    {"type": "ColumnDataSource", "attributes": {"data": data}},
                    {"type": "Circle"},
                ]
            }
        }
    }
    return bundle(
        {
            "application/vnd.bokehjs_exec.v0+json": doc,
            "text/html": f"<script>var docs_json = {json.dumps(doc)};</script>",
            "text/plain": "",
        }
    )


def _ggplot(seed):
    x, y = np.random.default_rng(seed).uniform(40, 400, (2, 60))
    dots = "".join(
        f"<circle cx='{a:.2f}' cy='{b:.2f}' r='1.95' style='fill: #000;' />"
        for a, b in zip(x, y, strict=True)
    )
    return bundle(
        {
            "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' class='svglite'>"
            f"<g>{dots}</g></svg>",
            "text/plain": "",
        }
    )


def _spec(seed):
    frame = some(seed, 25, "age income")
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "mark": "point",
        "data": {"values": json.loads(frame.to_json(orient="records"))},
        "encoding": {"x": {"field": "age"}},
    }
    plotly = {
        "data": [
            {
                "type": "scattergl",
                "mode": "markers",
                "x": {"dtype": "f8", "bdata": _b64(frame["age"].to_numpy(float).tobytes())},
                "y": {"dtype": "f8", "bdata": _b64(frame["income"].to_numpy(float).tobytes())},
            }
        ],
        "layout": {},
    }
    coded = _b64(gzip.compress(json.dumps(pick(seed, spec, plotly, spec)).encode()))
    return html(f"<div class='chart' data-spec='{coded}'></div>")


def _widget(seed):
    frame = some(seed, 6, "age gender region")
    state = {
        "m1": {
            "model_name": "SelectModel",
            "state": {
                "_options_labels": [
                    f"{r.age:.0f} {r.gender} {r.region}" for r in frame.itertuples()
                ],
                "index": 0,
            },
        }
    }
    return notebook(seed, widgets={"application/vnd.jupyter.widget-state+json": {"state": state}})


def _webp(seed):
    return _dots(pick(seed, "webp", "gif", "bmp"))(seed)


for _name, _make in {
    "SQLite file": _sqlite, "Feather file": _feather, "Parquet file": _parquet, "NPZ file": _npz,
    "zip of CSV": _zip, "PDF of rows": _pdf, "four levels": _nested, "split in two": _split,
    "pickle of rows": _pickle, "rows in metadata": _metadata, "attached CSV": _attached,
    "address as tag": _tags, "turned address": _reversed, "disguised address": _disguised,
    "text in a PNG": _itxt, "EXIF": _exif, "dots in PNG": _dots("png"),
    "dots in JPEG": _dots("jpeg"),
    "dots in WebP, GIF, BMP": _webp, "bokeh document": _bokeh, "svglite dots": _ggplot,
    "compressed chart": _spec,
}.items():  # fmt: skip
    telling(_name, _make, OWN)
OWN["widget options"] = _widget
