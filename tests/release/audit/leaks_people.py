"""Simulated respondents, with the names and words that a careless file would hold."""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

import confstudy as cs
from confstudy.survey.survey import Survey

# Given names that many people have; without the data, nobody could tell other ones from words.
_FIRST = """Hannah Daniel Priya Mehmet Ingrid Chloé Piotr Aisha Oliver Katarzyna Giulia Ahmed
Beatrice Björn Charlotte Dmitri Eleanor Fatima Siobhán Matteo""".split()
_LAST = """Quackenbush Abernathy Vandermeer Okonkwo Szymborska Featherstone Haraldsson
Montefiore Papadakis Rademaker Throckmorton Villanueva Wojciechowska Yarborough Zimmermann
Castellanos Drinkwater Eichelberger Fitzwilliam Grzybowski""".split()
_WHAT = """miscarriage bankruptcy affair drinking burglary abortion gambling diagnosis overdose
adoption""".split()
_WHO = "husband sister father employer neighbour mother landlord daughter priest coach".split()
_SAID = (
    "I never told my {who} about the {what} in {where}",
    "my {who} read the letter on the {what} and left for {where}",
    "they would take my children if the {what} came out, said my {who} from {where}",
    "nobody at {where} knows that my {who} caused the {what}",
)
_WHERE = "Hoogeveen Llanelli Brzeziny Oulainen Tarragona Quimperle Aberaeron Zwolle".split()


@dataclass(frozen=True)
class Study:
    """A survey, the file it came from, and what nobody may ever see again."""

    survey: Survey
    file: pd.DataFrame
    secrets: frozenset[str]


@cache
def study():
    """572 respondents: the survey with exact ages, and the file with names and words."""
    survey = cs.simulate("therapy", clients=800, seed=411).survey
    n = survey.n
    rng = np.random.default_rng(411)
    exact = pd.DataFrame(
        {
            "age": rng.integers(18, 88, n).astype(float),
            "income": np.exp(rng.normal(10.2, 0.5, n)).round(2),
            "wait_days": rng.gamma(2, 17, n).round(1),
            "visits": rng.poisson(9, n).astype(float),
        },
        index=survey.frame.index,
    )
    survey = survey.with_columns(**{name: exact[name] for name in exact})
    identity = _identity(rng, n).set_index(survey.frame.index)
    file = pd.concat([identity, survey.frame], axis=1)
    secret = {str(cell) for name in _identity(rng, 1) for cell in identity[name]}
    secret |= {part for name in identity["name"] for part in name.split()}
    secret |= {f"{cell:.2f}" for cell in exact["income"]}
    return Study(survey, file, frozenset(cell for cell in secret if len(cell) > 5))


def _identity(rng, n):
    first, last = rng.choice(_FIRST, n), rng.choice(_LAST, n)
    pick = np.arange(n)
    accounts = [
        unicodedata.normalize("NFKD", f"{a}.{b}").lower() for a, b in zip(first, last, strict=True)
    ]
    plain = [account.encode("ascii", "ignore").decode() for account in accounts]
    mails = [f"{account}{i}@example.org" for i, account in enumerate(plain)]
    moments = pd.Timestamp("2025-03-03 08:00") + pd.to_timedelta(rng.integers(0, 9e6, n), "s")
    said = [
        _SAID[i % 4].format(who=rng.choice(_WHO), what=rng.choice(_WHAT), where=rng.choice(_WHERE))
        for i in pick
    ]
    return pd.DataFrame(
        {
            "respondent": [f"TH-{48213 + 7 * i}" for i in pick],
            "name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "email": mails,
            "mail_hash": [hashlib.sha256(mail.encode()).hexdigest() for mail in mails],
            "phone": [f"+31 6 {rng.integers(10**7, 10**8)}" for _ in pick],
            "ip": [
                f"145.{rng.integers(256)}.{rng.integers(256)}.{rng.integers(1, 255)}" for _ in pick
            ],
            "started": moments.strftime("%Y-%m-%d %H:%M:%S"),
            "lat": rng.uniform(51.2, 53.3, n).round(5),
            "lon": rng.uniform(4.1, 7.0, n).round(5),
            "said": said,
        }
    )


@cache
def some(seed, n=5, columns=""):
    """A few respondents: rows and columns that the seed decides, or the columns named."""
    rng = np.random.default_rng([seed, 5])
    file = study().file
    names = columns.split() or [
        *rng.choice(["age", "income", "wait_days"], 2, replace=False),
        *rng.choice(["gender", "region", "age_band", "concern", "arm"], 3, replace=False),
        *rng.choice(["privacy_1", "stigma_2", "topics", "sessions", "visits"], 2, replace=False),
    ]
    whole = file.dropna(subset=[*names])
    return whole.iloc[rng.choice(len(whole), n, replace=False)][list(names)]


def pick(seed, *options):
    """One of several ways, by seed: three seeds in a row give three of them."""
    return options[seed % len(options)]
