"""Rules that know forms and no words: rows, points, lists and counts in any language and layout."""

import numpy as np
import pytest

from tests.release.audit.test_engine import audit, notebook, printed, rules

PEOPLE = [
    (34, "nő", "Pest", 31204), (51, "férfi", "Zala", 22110), (28, "nő", "Zala", 41050),
    (63, "nő", "Vas", 18700), (45, "férfi", "Pest", 27800), (39, "nő", "Zala", 30500),
]  # fmt: skip
LAYOUTS = {
    "Markdown": ("| kor | nem | megye |\n|--|--|--|", "| {} | {} | {} |"),
    "JSON": ("", '{{"kor": {}, "nem": "{}", "megye": "{}"}}'),
    "tuples": ("", "({}, '{}', '{}'),"),
    "log": ("", "INFO saved kor={} nem={} megye={}"),
    "LaTeX": ("", r"{} & {} & {} & {} \\"),
    "SQL": ("", "INSERT INTO tabla VALUES ({}, '{}', '{}', {});"),
    "HTML": ("", "<div><p>{}</p><p>{}</p><p>{}</p></div>"),
    "YAML": ("", "- kor: {}\n  nem: {}\n  megye: {}"),
    "sentences": ("", "{} éves {}, {}, jövedelme {}."),
    "graph": ("", 'k [label="{}\\n{}\\n{}"];'),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_rows_of_people_are_seen_in_any_layout(name):
    head, row = LAYOUTS[name]
    text = "\n".join([head, *(row.format(*person) for person in PEOPLE)])
    assert "records" in rules(audit(notebook("x", printed(text))))


RNG = np.random.default_rng(8)
POINTS = RNG.normal(size=(40, 2)).round(2).tolist()
TEXTS = {
    "answers in digits": ("\n".join(map(str, RNG.integers(10**11, 10**12, 8))), "records"),
    "columns on lines": ("kor 34 51 28 63 45 39\nnem no ffi no no ffi no", "records"),
    "numbers on a line": (" ".join(str(a + 3) for a, _ in POINTS), "residuals"),
    "numbers on lines": ("\n".join(str(round(a + 3, 2)) for a, _ in POINTS), "residuals"),
    "arcs": ("".join(f"<c>arc({a},{b},2)</c>" for a, b in POINTS), "single points"),
    "coordinates": (" ".join(f"({a},{b})" for a, b in POINTS), "single points"),
    "counts in a line": ("kelet 40 / nyugat 58 / sziget 4", "threshold"),
    "counts in brackets": ("kelet (40), nyugat (58), sziget (4)", "threshold"),
    "only a few": ("Endast 4 kvinnor av 61 berättade det.", "threshold"),
    "few in Japanese": ("女性61人のうち4人だけが話した。", "threshold"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_form_is_seen(name):
    text, rule = TEXTS[name]
    assert rule in rules(audit(notebook("x", printed(text))))


BENIGN = [
    "scenario    estimator  size   bias\ncurved  naive  100  0.201\nlinear  naive  100  0.112\n"
    "linear  naive  400  0.110\ncurved  adjusted  100  0.011\nlinear  adjusted  400  0.003",
    "model  family  link  AIC  k\nm1 gaussian identity 1412 4\nm2 binomial logit 902 4\n"
    "m3 gaussian log 1420 5\nm4 binomial probit 903 4\nm5 poisson log 1100 3",
    "item  facet   keyed  points\ni1    fear    +      5\ni2    trust   -      5\n"
    "i3    fear    +      7\ni4    shame   +      5\ni5    trust   -      7",
    "|study|country|design|n|r|\n|-|-|-|-|-|\n|Ford|US|vignette|562|.31|\n|Cheng|US|vignette|240|.22|\n"
    "|Love|UK|survey|311|.27|\n|Sund|NO|survey|980|.09|",
    "theta  p1    p2    p3\n-2  0.05  0.11  0.31\n-1  0.12  0.27  0.50\n0  0.27  0.50  0.69",
    "              mean    sd  ess_bulk  r_hat\nalpha        3.412 0.121  4012.0   1.00\n"
    "beta  0.412 0.031  3912.0   1.00\nsigma  0.810 0.024  4400.0   1.00",
    "       2023  2024  2025\nQ1   211   240   310\nQ2   190   222   305\nQ3      205   231   299",
    "week  topic  reading  hours\n1     confounding  Pearl  3\n2     surveys  Groves  2\n"
    "3     confounding  Hernán   3\n4     ethics       Bok      2\n5     surveys      Lohr     3",
    "The scale has 5 items on fear, 12 on trust and 4 on stigma. Plan 60 therapists, 800 clients.",
    "\n".join(f"{x / 10:.1f} {np.sin(x / 10):.3f} {np.cos(x / 10):.3f}" for x in range(20)),
    "| unit | treated | outcome |\n|--|--|--|\n| 1 | 0 | 3 |\n| 2 | 1 | 6 |\n| 3 | 0 | 2 |",
]  # fmt: skip


@pytest.mark.parametrize("text", BENIGN)
def test_tables_of_other_things_pass(text):
    assert audit(notebook("x", printed(text)))
