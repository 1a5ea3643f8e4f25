"""With ``make digits``: how many digits of each number of R were reached, as docs/oracle.md."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

WANTED = os.environ.get("CONFSTUDY_DIGITS")
#: Test file → the packages of R whose numbers it holds.
PACKAGES = {
    "effects": "emmeans",
    "indirect": "stats (optim, glm, lm), sandwich",
    "items": "psych, polycor",
    "latent": "lavaan, semTools",
    "mediation": "lavaan; formulas of mediation, sensemakr, EValue",
    "meta": "metafor",
    "missing": "mice",
    "mixed": "lme4, lmerTest, pbkrtest, ordinal, geepack",
    "models": "stats, sandwich, clubSandwich, MASS, pscl, ordinal",
    "power": "stats, pwr",
    "reliability": "psych",
    "remaining": "stats, sandwich, clubSandwich, MASS, pscl, survey",
    "survey": "survey, MASS",
    "survival": "survival, stats",
}
REACHED: dict[tuple[str, str], list[tuple[float, float]]] = {}


@pytest.fixture(autouse=True)
def _recorded(request, monkeypatch):
    """Keep the worst relative difference of each comparison beside what it was allowed."""
    if not WANTED:
        return
    compare = np.testing.assert_allclose
    name = request.node.name.encode("ascii").decode("unicode_escape")
    key = request.node.path.stem.removeprefix("test_"), name

    def comparing(found, expected, rtol=1e-7, atol=0, **how):
        ours, theirs = np.broadcast_arrays(
            np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
        )
        size = np.where(theirs == 0, 1.0, np.abs(theirs))
        worst = float(np.nanmax(np.abs(ours - theirs) / size, initial=0.0))
        allowed = rtol + atol / float(np.nanmin(size, initial=np.inf))
        REACHED.setdefault(key, []).append((max(allowed, 1e-15), worst))
        return compare(found, expected, rtol=rtol, atol=atol, **how)

    monkeypatch.setattr(np.testing, "assert_allclose", comparing)


def digits(error):
    return min(15, int(-np.log10(max(error, 1e-16))))


def pytest_sessionfinish():
    if not WANTED or not REACHED:
        return
    lines = [
        "# Every number beside R's",
        "",
        "Written by `make digits`: the same data, fitted here and by R 4.2.2. *Asked* is what the",
        "test holds the numbers to, *reached* the digits of the number that differs most. Where",
        "fewer are asked than elsewhere, R's own optimizer stopped there.",
        "",
    ]
    for part in sorted({part for part, _ in REACHED}):
        lines += [f"## {part.capitalize()}", "", f"R: {PACKAGES.get(part, part)}.", ""]
        lines += ["| what | asked | reached |", "|---|---:|---:|"]
        for (file, name), pairs in sorted(REACHED.items()):
            if file == part:
                words = re.sub(r"[\[\]_]+", " ", name.removeprefix("test_")).strip()
                asked = min(digits(allowed) for allowed, _ in pairs)
                got = min(digits(worst) for _, worst in pairs)
                lines.append(f"| {words} | {asked} | {got} |")
        lines.append("")
    Path(WANTED).parent.mkdir(exist_ok=True)
    Path(WANTED).write_text("\n".join(lines), encoding="utf-8")
