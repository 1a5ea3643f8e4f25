"""Leaks in other clothes: pickles, archives, data URIs, widgets, attachments."""

import base64
import bz2
import gzip
import io
import json
import lzma
import pickle
import urllib.parse
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather

from tests.release.audit.leaks_notebook import bundle, code, html, leak, notebook, printed, words
from tests.release.audit.leaks_people import pick, some, study


def _csv(seed, n=4):
    """Names, mail and answers as a file."""
    return some(seed, n, "name email age gender region income").to_csv(index=False).encode()


def _text(data):
    return base64.b64encode(data).decode()


def pickled(seed):
    rows = some(seed, 3, "name email age income").to_dict("records")
    data = pickle.dumps(rows, protocol=seed % 6)
    text = pick(seed, repr(data), _text(data), data.hex())
    return notebook(seed, leak("print(pickle.dumps(rows))", printed(text)))


def csv_uri(seed):
    data = _csv(seed)
    uri = pick(
        seed,
        f"data:text/csv;base64,{_text(data)}",
        f"data:text/csv;charset=utf-8,{urllib.parse.quote(data.decode())}",
        f"data:application/octet-stream;base64,{_text(gzip.compress(data))}",
    )
    link = f'<a download="table.csv" href="{uri}">Download</a>'
    return notebook(seed, leak("HTML(link)", html(link)))


def zlib_in_json(seed):
    packed = zlib.compress(_csv(seed))
    coded = pick(seed, _text, base64.b85encode, base64.b32encode)(packed)
    coded = coded if isinstance(coded, str) else coded.decode()
    made = {"version": 3, "cache": {"encoding": "zlib", "payload": coded}}
    output = pick(
        seed,
        bundle({"application/json": made, "text/plain": "<JSON>"}),
        printed(json.dumps(made)),
        bundle({"application/vnd.cache+json": made}),
    )
    return notebook(seed, leak("cache", output))


def widget_state(seed):
    value = pick(
        seed,
        some(seed, 3, "name age income gender").to_html(),
        some(seed, 1, "email")["email"].iloc[0],
        json.dumps(some(seed, 3, "name age income").to_dict("records")),
    )
    state = {
        "a4f1": {
            "model_module": "@jupyter-widgets/controls",
            "model_module_version": "2.0.0",
            "model_name": pick(seed, "HTMLModel", "DropdownModel", "TextareaModel"),
            "state": {"value": value, "_options_labels": [], "layout": "IPY_MODEL_b2"},
        }
    }
    widgets = {
        "application/vnd.jupyter.widget-state+json": {
            "state": state,
            "version_major": 2,
            "version_minor": 0,
        }
    }
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a4f1", "version_major": 2}}
    return notebook(seed, code("widget", bundle(view)), widgets=widgets)


def data_grid(seed):
    frame = some(seed, 4)
    rows = json.loads(frame.reset_index(drop=True).astype(object).to_json(orient="records"))
    columns = {name: frame[name].astype(object).tolist() for name in frame}
    grid = {"data": pick(seed, rows, rows, columns), "schema": {"fields": list(frame)}}
    kind = pick(
        seed,
        "application/vnd.ipydatagrid+json",
        "application/vnd.qgrid+json",
        "application/vnd.grid.v2+json",
    )
    return notebook(seed, leak("DataGrid(df)", bundle({kind: grid, "text/plain": "DataGrid(...)"})))


def attachment(seed):
    data = _csv(seed)
    name, kind = pick(
        seed, ("rows.csv", "text/csv"), ("rows.gz", "application/gzip"), ("a.json", "text/plain")
    )
    body = gzip.compress(data) if kind.endswith("gzip") else data
    cell = words(f"[the rows](attachment:{name})", attachments={name: {kind: _text(body)}})
    return notebook(seed, cell)


def hexed(seed):
    data = _csv(seed)
    text = pick(
        seed,
        data.hex(),
        " ".join(f"{byte:02x}" for byte in data),
        "".join(f"\\x{byte:02x}" for byte in data),
    )
    return notebook(seed, leak("print(raw.hex())", printed(text)))


def nested(seed):
    """Base64 of a packed file, in JSON, in HTML."""
    pack = pick(seed, bz2.compress, lzma.compress, gzip.compress)
    inner = json.dumps({"kind": "cache", "rows": _text(pack(_csv(seed)))})
    outer = pick(seed, inner, _text(inner.encode()), inner)
    text = f"<script type='application/json'>{outer}</script>"
    return notebook(seed, leak("HTML(page)", html(text)))


def columns_file(seed):
    """The bytes of a file of columns."""
    frame = some(seed, 4, "name email age income")
    file = io.BytesIO()
    if seed % 3 == 0:
        frame.to_parquet(file, compression=None)
    elif seed % 3 == 1:
        feather.write_feather(pa.Table.from_pandas(frame), file, compression="uncompressed")
    else:
        np.save(file, frame[["age", "income"]].to_numpy(float))
    return notebook(seed, leak("buffer", printed(_text(file.getvalue()))))


def backwards(seed):
    mail = some(seed, 1, "email")["email"].iloc[0]
    text = pick(
        seed,
        mail.replace("@", " (at) ").replace(".", " dot "),
        mail[::-1],
        mail.translate(_FULL),
    )
    return notebook(seed, leak("print(contact)", printed(text)))


_FULL = {i: i + 0xFEE0 for i in range(0x21, 0x7F)}


def split_streams(seed):
    """A record whose parts come in several pieces of the same stream."""
    row = some(seed, 1, "name email age gender income").iloc[0]
    text = pick(seed, row["email"], f"{row['name']} {row['email']}", f"write to {row['email']} now")
    half = text.index("@") - 2
    pieces = [printed(text[:half], end=""), printed(text[half:])]
    return notebook(seed, leak("for part in parts: print(part, end='')", *pieces))


def cell_metadata(seed):
    row = some(seed, 1, "name email age income").iloc[0]
    note = {"note": f"checked with {row['email']}", "rows": [row.astype(object).to_dict()]}
    made = pick(
        seed,
        leak("fit", **note),
        leak("fit", bundle({"text/plain": "ok"}, comment=note)),
        words("### Fit", metadata={"comment": note}),
    )
    return notebook(seed, made)


def raw_values(seed):
    """A column of exact values as an array or list, as the last line of a cell shows it."""
    values = study().file["income"].sample(24, random_state=seed).to_numpy()
    text = pick(seed, repr(values), repr(values.tolist()), str(values))
    return notebook(
        seed, leak("df.income.to_numpy()", bundle({"text/plain": text}, "execute_result"))
    )


LISTED = {
    "pickle on stdout": pickled,
    "CSV in a data URI": csv_uri,
    "zlib in JSON": zlib_in_json,
    "widget state": widget_state,
    "attachment": attachment,
}
OWN = {
    "data grid": data_grid,
    "hexadecimal": hexed,
    "nested archives": nested,
    "file of columns": columns_file,
    "mail disguised": backwards,
    "split stream": split_streams,
    "metadata of a cell": cell_metadata,
    "array of values": raw_values,
}
