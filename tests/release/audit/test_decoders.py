"""Every container and encoding gives up what it holds, damaged ones say that they were not read."""

import base64
import bz2
import codecs
import gzip
import io
import lzma
import pickle
import quopri
import sqlite3
import tarfile
import zipfile
import zlib
from binascii import b2a_uu

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from confstudy.release.audit.binary import unpacked
from confstudy.release.audit.decode import contents

FRAME = pd.DataFrame({"kor": [34, 51, 28], "nem": ["zora", "quill", "zora"]})
TEXT = FRAME.to_csv(index=False)
RAW = (TEXT * 4).encode()


def written(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return file.getvalue()


def arrow(new):
    table = pa.Table.from_pandas(FRAME)
    file = io.BytesIO()
    with new(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        about = tarfile.TarInfo("a.csv")
        about.size = len(RAW)
        archive.addfile(about, io.BytesIO(RAW))
    return file.getvalue()


def database():
    base = sqlite3.connect(":memory:")
    base.execute("create table t (kor int, nem text)")
    base.executemany("insert into t values (?, ?)", FRAME.astype(object).to_numpy().tolist())
    base.commit()
    data = base.serialize()
    base.close()
    return data


SHEET = "<sheetData><row><c t='s'><v>0</v></c><c><v>34</v></c></row></sheetData>".replace("'", '"')
PDF = b"%PDF-1.7\nstream\n" + zlib.compress(b"BT (zora, 34) Tj ET") + b"\nendstream\n%%EOF"
KINDS = {
    "gzip": gzip.compress(RAW, mtime=0),
    "zlib": zlib.compress(RAW),
    "bzip2": bz2.compress(RAW),
    "xz": lzma.compress(RAW),
    "lzma": lzma.compress(RAW, format=lzma.FORMAT_ALONE),
    "zstd": pa.compress(RAW, "zstd").to_pybytes(),
    "lz4": pa.compress(RAW, "lz4").to_pybytes(),
    "pickle": pickle.dumps(FRAME.to_dict("records")),
    "Parquet": written(FRAME.to_parquet),
    "Feather": arrow(pa.ipc.new_file),
    "Arrow stream": arrow(pa.ipc.new_stream),
    "SQLite": database(),
    "tar": tarred(),
    "zip": zipped(a=TEXT),
    "xlsx": zipped(xl__sharedStrings="<sst><si><t>zora</t></si></sst>", xl__worksheets__s=SHEET),
    "PDF": PDF,
    "UTF-16": TEXT.encode("utf-16"),
}


def read(text):
    return "\n".join(contents(text).texts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_container_gives_up_its_words_and_numbers(kind):
    found = read(base64.b64encode(KINDS[kind]).decode())
    assert "zora" in found
    assert "34" in found


def test_a_sheet_is_a_table():
    assert "zora,34" in read(base64.b64encode(KINDS["xlsx"]).decode())


@pytest.mark.parametrize("kind", ["Parquet", "Feather", "SQLite", "zip", "pickle", "xz"])
def test_what_is_damaged_is_said_to_be_unread(kind):
    data = KINDS[kind][:40] + bytes(range(256)) * 2
    assert None in list(unpacked(data))


@pytest.mark.parametrize("kind", ["<f8", "<f4", "<i8", "<i4", "<i2", "u1"])
def test_bare_arrays_are_written_out(kind):
    ages = np.array([34, 51, 28, 63, 45, 19, 27, 30] * 6).astype(kind)
    assert "34" in next(part for part in unpacked(ages.tobytes()) if part)


def lines(text, width):
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


WAYS = {
    "quoted-printable": quopri.encodestring(RAW).decode().replace("z", "=7A"),
    "uuencode": "begin 644 a\n"
    + "".join(b2a_uu(RAW[i : i + 45]).decode() for i in range(0, len(RAW), 45))
    + "`\nend",
    "octal": " ".join(f"{byte:03o}" for byte in RAW),
    "0x": ", ".join(f"0x{byte:02x}" for byte in RAW),
    "chr": " + ".join(f"chr({byte})" for byte in RAW),
    "dump": "\n".join(f"{i:08x}  {RAW[i : i + 16].hex(' ')}" for i in range(0, len(RAW), 16)),
    "narrow base64": lines(base64.b64encode(RAW).decode(), 40),
    "base85 on lines": lines(base64.b85encode(zlib.compress(RAW * 3)).decode(), 30),
    "pieces": " + ".join(map(repr, lines(base64.b64encode(RAW).decode(), 30).split("\n"))),
    "unseen signs": "a" + "".join(chr(0xE0000 + byte) for byte in b"zora, quill 34"),
    "one key": base64.b64encode(bytes(byte ^ 0x5A for byte in RAW)).decode(),
    "rot13": codecs.encode("name,age,gender,region\nzora,34,woman,north", "rot13"),
    "backwards": "name,age,gender,region\nzora,34,woman,north"[::-1],
}


@pytest.mark.parametrize("way", WAYS)
def test_an_encoding_is_undone(way):
    assert "zora" in read(WAYS[way])


@pytest.mark.parametrize("sign", "0 a=+(\\\"'[<1f".replace(" ", "") + " ")
def test_no_text_takes_long(sign):
    """Runs of one sign, which make careless patterns slow."""
    contents((sign * 3000 + "! ") * 3)
    contents(f"{sign}1 " * 3000)
