"""Rules on running text: single respondents, small numbers, quotations, seeds of noise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confstudy.release.audit.few import PEOPLE
from confstudy.release.audit.finding import Hit
from confstudy.release.audit.personal import one_person
from confstudy.release.audit.quotes import quotation
from confstudy.release.audit.vocabulary import ATTRIBUTE, ITEM, sizes
from confstudy.release.decision import THRESHOLD

__all__ = ["noise_seed", "record", "sentence_hits"]

_PERSON = r"(?:respondent|participant|client|patient|subject|proband|person|case)"
_SINGLE = re.compile(
    rf"\b{_PERSON}(?:[ _-]?(?:id|no\.?|number"
    rf"|code))?[^\S\n]{{0,3}}(?:[#:=][^\S\n]*)?['\"]?#?(?:[A-Za-z]{{1,4}}[-_]?)?\d{{1,9}}\b(?!\s*(?:of"
    rf"|/|%|[-–]\s*\d))(?!(?<=case \d):\s[a-z][^\d\n]{{0,30}}+(?!\d\d))"
    rf"|\b(?:row|record|index|line|obs)\s*(?:no\.?|id|#|:"
    rf"|=)?\s*\d+\b(?=.{{0,40}}\b(?:value|answer|dropped|outlier|invalid|missing|exclu"
    rf"|has|is|said|leverage|respond))"
    rf"|\b{_PERSON}s\s+\d{{1,6}}(?:,\s*\d+)*,?\s*(?:and|&)\s*\d{{1,6}}\s+(?:are|were|have|had|said)\b"
    rf"|\brows?\s+\d+\s*\(\s*-?\d|\bid\b\W{{0,3}}[A-Za-z]{{1,4}}-?\d{{3,}}"
    rf"|\b(?!ISO|RFC|UTF|CVE|PEP|IEEE|GH|ORCID|CRD|NCT|EN|DIN)[A-Z]{{1,4}}-\d{{4,9}}\b(?!-)"
    rf"|\b(?:pid|client_id|respondent_id|patient_id|participant_id|subject_id)\b\W{{1,4}}\w*\d",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"\b(?:aged? (?:of )?\d{1,3}\b(?! to|\s*[-–]|\+|\s*(?:and|or) )"
    r"|\d{1,3}[- ]years?[- ]old\b)(?=.{0,60}\b(?:wom[ae]n|m[ae]n|female|male|client|"
    r"respondent|patient|who|from|nurse|teacher|therapist|she|he)\b)|\b(?:wom[ae]n|man"
    r"|female|male|she|he|client|respondent|patient)\b.{0,30}"
    r"\b(?:aged? \d{1,3}\b|\d{1,3}[- ]years?[- ]old)",
    re.IGNORECASE,
)
_FEW = re.compile(
    rf"\b(?:only|just|exactly)\s+(?:[1-9]|one|two|three|four|five|six|seven|eight"
    rf"|nine)\s+(?:\w+\s+){{0,2}}?"
    rf"(?:{_PERSON}s?|people|wom[ae]n|m[ae]n|others?)\b"
    rf"|\b{_PERSON}s?\b[^.\n]{{0,60}}\bonly\s+[1-9]\b(?!\s*%|[.,]\d)"
    rf"|(?<![\d.,-])[1-9]\s*(?:of|out of|/)\s*(?:the\s+)?\d{{2,5}}\s+(?:{_PERSON}s?"
    rf"|people|women|men|therapists)\b"
    rf"|(?<![\d.,–-])[1-9]\s+(?:{_PERSON}s|people|women|men)\s+(?:said|answered"
    rf"|reported|disclosed|did|had|have|were|are|in)\b"
    rf"|(?<![\d.,–-])[1-9]\s+{_PERSON}s\s*\(",
    re.IGNORECASE,
)
_SMALL_N = re.compile(r"(?<![\w.])(?<!\w[(])[nN]\s*=\s*[1-9]\b(?!\d|[.,]\d)")
_NO_SMALL_N = re.compile(
    r"power|per arm|per group|simulat|stud(?:y|ies)|required|sample size|k =", re.I
)
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)\s*(?:%|percent\b|per cent\b)")
_GROUP = re.compile(
    rf"\b(?:of|among|van|von|der|unter|sur|de|des|di|av|z|из|parmi)\s+(?:[^\W\d]{{2,4}}\s+)?(\d{{2,5}})"
    rf"\s+{PEOPLE}\b",
    re.IGNORECASE,
)
_DECIMAL = re.compile(
    r"\b(?:share|proportion|rate|fraction)\b[^.\n\d]{0,40}?([01]?\.\d+|[01]\b)", re.I
)
_NOT_SHARE = re.compile(
    r"^\W{0,3}(?:CI|confidence|interval|level|significan|power|credible|coverage|HDI"
    r"|CrI|\||of (?:the )?(?:variance|answers|cells|values))|^\s*[|█▏▎▍▌▋▊▉]",
    re.I,
)
_EXTREME = re.compile(
    r"(?!(?<![^\n])\s*\w+:)\b(?:min(?:imum)?|max(?:imum)?|oldest|youngest|smallest"
    r"|largest|highest|lowest)\b(?!-(?:width|height|content))(?!\s*(?:likelihood|iterations?|depth|possible"
    r"|of the scale|cell|count|sample|n\b|detectable|power|eigenvalue|p\b|width|number))"
    r"[^.\n\d]{0,30}?(?:is|was|=|:|are|of|,)\s*\d+(?:\.\d+)?\b(?! ?%)",
    re.IGNORECASE,
)
_ABOUT_SCALE = re.compile(r"scale|possible|points|range|bounds|codebook", re.IGNORECASE)
_NOISE = (
    r"(?:\bnois[ey]|laplac|gaussian|geometric mech|exponential mech|(?<![a-z])dp(?![a-z])|epsilon"
    r"|ε|differential\w* priva|priva\w+ (?:budget|loss|mechanism)|mechanism)"
)
_SEED = re.compile(
    rf"{_NOISE}.{{0,80}}(?<![a-z])seed\w*|(?<![a-z])seed\w*.{{0,80}}{_NOISE}",
    re.I | re.DOTALL,
)
_SEEDED = re.compile(r"seed\w*\W{1,6}(?:\w+\W{1,3}){0,2}?\d+|default_rng\(\d+", re.I)
_PAIR = re.compile(
    r"['\"]?([A-Za-z][\w ]{0,30}?)['\"]?\s*[:=]\s*['\"]?([^,;&|\n'\"{}()\[\]=:]{1,60})"
)


def sentence_hits(text: str, *, prose: bool = False) -> Iterator[Hit]:
    """What sentences say of one respondent or of few.

    >>> [hit.rule for hit in sentence_hits("3.7 % of clients (n = 54) complained.")]
    ['threshold']
    """
    if _SINGLE.search(text) or _AGED.search(text) or record(text) or one_person(text):
        yield Hit("records", "words about one respondent")
    if _FEW.search(text) or any(
        _SMALL_N.search(line) and not _NO_SMALL_N.search(line) for line in text.splitlines()
    ):
        yield Hit("threshold", f"a number of fewer than {THRESHOLD} respondents")
    yield from _shares(text)
    if any(_EXTREME.search(line) for line in text.splitlines() if not _ABOUT_SCALE.search(line)):
        yield Hit("extremes", "a smallest or largest value is one respondent's")
    if _small_leaf(text):
        yield Hit("threshold", f"a leaf of a tree with fewer than {THRESHOLD} respondents")
    if quotation(text, prose=prose):
        yield Hit("free text", "what a respondent wrote, in the respondent's own words")


def _small_leaf(text: str) -> bool:
    leaves = re.findall(r"\bweights: \[([\d., ]+)\]|(?:\b|\\n)samples\s*[=:]\s*(\d+)\b", text)
    parts = [float(x) for a, b in leaves for x in re.findall(r"\d+(?:\.\d+)?", a or b)]
    return any(0 < part < THRESHOLD for part in parts)


def record(text: str, *, numbers: bool = False) -> bool:
    """Names of variables with values one after the other: ``age=34, gender=woman, …``.

    With ``numbers`` one of the values has to be a number, as in code, where names stand too.
    """
    for line in re.split(r"[\n{}()]", text):
        if line.count("=") + line.count(":") < 3 or len(line) > 3000:
            continue
        pairs = _PAIR.findall(line)
        names = [
            " ".join(re.split(r"[\W_]+", name.casefold())).strip()
            for name, value in pairs
            if value.strip() and len(value.split()) <= 6
        ]
        if numbers and not any(re.fullmatch(r"\s*\d+(?:\.\d+)?\s*", value) for _, value in pairs):
            continue
        personal = {name for name in names if ATTRIBUTE.fullmatch(name) or ITEM.fullmatch(name)}
        if len(personal) >= 3 and len(personal) >= 0.5 * len(set(names)):
            return True
    return False


def _shares(text: str) -> Iterator[Hit]:
    """A percentage beside a printed number, in one sentence or line."""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])|\n", text):
        for part in _DECIMAL.findall(sentence):
            yield from _implied(float(part), [size for size in sizes(sentence) if size >= 3][:1])
        if "%" not in sentence and "percent" not in sentence and "per cent" not in sentence:
            continue
        known = [size for size in sizes(sentence) if size >= 3]
        known += [
            int(x.replace(",", ""))
            for x in re.findall(
                r"(?:of|among|out of)\s+(?:the\s+|all\s+)?(\d[\d,]*)\s+(?!%)", sentence
            )
            if x.replace(",", "").isdigit()
        ]
        known += [int(size) for size in _GROUP.findall(sentence)]
        for found in _PERCENT.finditer(sentence):
            if not known or _NOT_SHARE.match(sentence[found.end() :]):
                continue
            share = float(found[1].replace(",", ".")) / 100
            base = min(known, key=lambda size: abs(sentence.find(str(size)) - found.start()))
            yield from _implied(share, [base])


def _implied(share: float, bases: list[int]) -> Iterator[Hit]:
    for base in bases:
        if share in (0, 1):
            yield Hit("class disclosure", "everybody, or nobody, of a group has an answer")
        elif 0.4 < min(share, 1 - share) * base < THRESHOLD - 0.5:
            yield Hit("threshold", f"a share that is fewer than {THRESHOLD} of a printed number")


def noise_seed(text: str) -> Iterator[Hit]:
    """Seeds of the noise that protects a release.

    >>> [hit.rule for hit in noise_seed("Laplace noise, epsilon 1, seed = 99")]
    ['noise seed']
    """
    if _SEEDED.search(text) and any(
        _SEEDED.search(text[max(0, f.start() - 20) : f.end() + 40]) for f in _SEED.finditer(text)
    ):
        yield Hit("noise seed", "whoever knows the seed of the noise can take it away")
