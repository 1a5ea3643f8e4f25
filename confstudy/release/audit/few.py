"""Rules on few people in words: numerals, parts of groups, tests of few, days of visits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confstudy.release.audit.finding import Hit
from confstudy.release.decision import THRESHOLD

__all__ = ["PEOPLE", "few_hits"]

#: Longer lines are read in parts, which overlap by more than any rule spans.
_WINDOW, _OVERLAP = 4000, 400
_LETTERS = re.compile(r"[^\W\d_]{2}")
#: Numerals under ten that are no articles, in the languages of our users.
_WORD = (
    r"(?:[2-9]|two|three|four|five|six|seven|eight|nine|twee|drie|vier|vijf|zes|zeven|acht|negen"
    r"|zwei|drei|fünf|sechs|sieben|neun|deux|trois|quatre|cinq|sept|huit|neuf|dos|tres|cuatro"
    r"|cinco|seis|siete|ocho|nueve)"
)
_ONE = r"(?:1|one|(?<!what )(?<!any )a single|één|ein(?:e|er)?|un|une|una)"
#: Words for people, in the languages of our users.
PEOPLE = (
    r"(?:respondents?|participants?|clients?|patients?|probands?|persons?|people|wom[ae]n|m[ae]n"
    r"|boys?|girls?|nurses?|teachers?|widow(?:er)?s?|bakers?|refugees?|veterans?|mothers?|fathers?|students?|couples?|adults?|children|refusers?"
    r"|personen|persoon|mensen|vrouw(?:en)?|mannen|cliënt(?:en)?|patiënt(?:en)?|deelnemers?"
    r"|frau(?:en)?|männer|mann|menschen|klient(?:in|innen|en)?|patient(?:in|innen|en)"
    r"|teilnehmer(?:in|innen)?|personnes?|femmes?|hommes?|clientes?|participante?s?|mujer(?:es)?"
    r"|hombres?|personas?|pacientes?|donne|uomini)"
)
_NO = (
    r"\b(?<!fewer than )(?<!less than )(?<!at least )(?<!more than )(?<!at most )(?<!every )"
    r"(?<!each )(?<!per )(?<!under )(?<!below )(?<!the same )(?<!minimum of )(?<!threshold of )"
    r"(?<![\w.,/–—-])(?<![=<>≥≤] )(?<!or )"
)
_OTHERS = re.compile(
    r"\b(?:suppose|imagine|hypothetical|example|vignette|if|would|could|may|might|can|must|should"
    r"|will|whether|simulat\w+|assum\w+|author\w*|needs?|per|stud(?:y|ies)|power|rule)\b",
    re.IGNORECASE,
)
_PAST = (
    r"\b(?:\w{2,}ed|had|was|were|did|told|said|left|kept|went|gave|felt|came|knew|lost|broke|spoke"
    r"|wrote|hid|met|saw|took|chose|hatten?|waren?|haben|sind|hadden|hebben|zijn|ont|sont|avaient"
    r"|étaient|fueron|eran|han|tenían|refus\w+|lied)\b"
)
_PARTS = re.compile(
    rf"{_NO}(?:{_WORD}|{_ONE}|none|all|both)\s+(?:out\s+)?(?:of|der|des|van de|von|sur|de las|"
    rf"de los|delle)\s+(?:(?:the|these|those|our|their|den|les)\s+)?(?:{_WORD}|\d{{2}})\s+"
    rf"(?:[^\W\d][\w'’-]*\s+){{0,2}}?{PEOPLE}\b"
    rf"|\b(?:of|among)\s+(?:the|these|those|our|their)\s+{_WORD}\s+(?:[^\W\d][\w'’-]*\s+){{0,2}}?{PEOPLE}\b"
    rf"|{_NO}(?:only|just|merely|exactly|nur|lediglich|slechts|maar|seulement|sólo|solo|apenas)"
    rf"\s+(?:{_WORD}|{_ONE})\s+(?:[^\W\d][\w'’-]*\s+){{0,2}}?{PEOPLE}\b"
    rf"|(?:{_WORD}|{_ONE})\s+of\s+the\s+{_WORD}\s+[a-z]+s\s+(?:among|in|of)\s+(?:the|our)\s+{PEOPLE}\b"
    rf"|\bof\s+which\s+(?:{_WORD}|{_ONE})\s+(?:{PEOPLE}|therapists?)\b"
    rf"|(?<![\w.,–-]){_WORD}\s+(?:seulement|nur|slechts|solamente)\b",
    re.IGNORECASE,
)
#: What _PARTS and _DID cannot do without; it is quickly looked for.
_ABOUT = re.compile(rf"\b(?:{PEOPLE}|seulement|nur|slechts|solamente)\b", re.IGNORECASE)
#: "Only" before a small number in other languages; people counted in Chinese and Japanese.
_ONLY = re.compile(
    r"\b(?:nur|lediglich|slechts|seulement|sólo|solo|apenas|só|endast|bara|kun|bare|tylko|jen|pouze"
    r"|csak|sadece|doar|vain|только|лише|всего)\s+(?:[2-9]|två|tre|fyra|fem|due|quattro|cinque|dwie"
    r"|trzy|cztery|dva|tři|čtyři|kaksi|kolme|három|négy|duas|três|quatro|две|три|четыре)\s+"
    r"(?!item|model|min|se[ck]|stud|punkt|point|punt|pag|seit|tag|dag|día|giorn|week|woch|sem|an|jahr)"
    r"[^\W\d]{3}|[女男]性?\d+[名人].{0,8}?(?<!\d)[1-9][名人]|\d+名[女男]?性?.{0,6}?(?<!\d)[1-9][名人]",
    re.IGNORECASE,
)
_DID = re.compile(
    rf"{_NO}{_WORD}\s+(?:[^\W\d][\w'’-]*\s+){{0,2}}?{PEOPLE}\b(?:[^.;:!?\n]{{0,60}}?){_PAST}",
    re.IGNORECASE,
)
_STATISTIC = re.compile(
    r"\b(?:mean|median|average|sd|standard deviation|middle|mittelwert|gemiddelde|moyenne|media)\b"
    rf"[^.\n\d]{{0,30}}?\b(?:of|among|for|der|van|des)\s+(?:the\s+|our\s+)?(?:{_WORD}|\[[2-9]\])\b"
    r"(?!\s*(?:items?|points?|scales?|waves?|groups?|draws?|sessions?|weeks?|[%.,]\d))",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(?<![A-Za-z])(?:t|r|F|rho|ρ|τ)\s*\(\s*(?:\d+\s*[,;]\s*)?(?:df\s*=\s*)?([1-9])\s*\)\s*[=<>≈]"
    r"|(?:statistic|p-?value|t|cor)\s*[=:][^\n]{0,80}\bdf\s*[=:]\s*(?:np\.\w+\()?"
    r"([1-9](?:\.\d+)?)(?![\d.])"
)
_DAY = (
    r"(?:(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d"
    r"|\d\d? (?:[^\W\d_]{3,10}|\w{3}\.) (?:19|20)\d\d|(?:[A-Z][a-z]{2,8}) \d\d?, (?:19|20)\d\d)"
)
_VISIT = re.compile(
    r"(?:visit|session|appointment|intake|admitted|discharged|seen|termin|sitzung|afspraak|sessie"
    rf"|consulta|séance|rendez-vous)\w*\b.{{0,15}}?({_DAY})|({_DAY}).{{0,15}}?"
    r"\b(?:visit|session|appointment|intake|admitted|discharged|seen)",
    re.IGNORECASE,
)
_MOMENT = re.compile(rf"({_DAY})[T ,]+\d\d?:\d\d")
_LOGGED = re.compile(
    r"\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|commit|release|built)\b", re.IGNORECASE
)
_FRACTION = re.compile(
    r"(?<![\w./|])(\d{1,4})\s*(?:/|of|out of|von|van|sur|de)\s*(?:the\s+|all\s+)?(\d{1,5})"
    r"(?![\w/]|\.\d)[^\d\n]{1,40}?(\d{1,3}(?:[.,]\d+)?|0?[.,]\d+)\s*(%|percent\b|per cent\b)?"
)
_ENDS = re.compile(
    r"\b(?:top|bottom|largest|smallest|highest|lowest|oldest|youngest)\s*(?:\d+|[a-z]+)?\s*[:=]"
    r"(?:[\s,\[(]*\d+(?:\.\d+)?(?![\w%:])){3,}",
    re.IGNORECASE,
)
_RANGED = re.compile(
    r"\b(ages?|incomes?|fees|debts?|sessions|visits|weights?|heights?|wait\w*|years)\b[^.\n\d]{0,40}?\b(?:ran"
    r"|ranged|runs?|ranges|varied|spanned|stretched|reached|went)\b[^.\n\d]{0,15}?\d[\d,]*(?:\.\d+)?\s*"
    r"(?:to|[-–]|and|through)\s*\d[\d,]+",
    re.IGNORECASE,
)


_LONE = re.compile(
    rf"\b(?:one|an?|the only|this)\s+(?:[^\W\d][\w'’-]*\s+){{0,2}}?{PEOPLE}"
    r"\s*(?:of|,|\(|aged)\s*\d\d\b(?!\s*%)"
    r"|\b(?:an?|one|the|this)\s+\d\d[- ]year[- ]old\s+[a-z]"
    r"|\b(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-[a-z]+)?[- ]year[- ]old\s+[a-z]"
    r"|\b(?:he|she)\s+(?:is|was)\s+(?:aged\s+)?\d\d\b(?!\s*%)",
    re.IGNORECASE,
)
_PART = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
_PART_OF = re.compile(
    rf"\b(?:a|one)[ -]({'|'.join(_PART)})\s+of\s+(?:the\s+)?(\d+)\b"
    r"|\bhalf\s+of\s+(?:the\s+)?(\d+)\b",
    re.IGNORECASE,
)
_UNITS = "one two three four five six seven eight nine ten eleven twelve".split()
_WORD_PERCENT = re.compile(
    rf"\b(?:of|among)\s+(?:the\s+)?(\d+)\b[^.\n]{{0,60}}?\b({'|'.join(_UNITS)})\s+per\s?cent\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:none|nobody|neither|every one|all)\s+of\s+(?:the|these|our)\s+\d+\s+"
    r"(?!items?\b|scales?|tests?|stud|models?|waves?|measures|questions|variables|files|notebooks)"
    r"[a-z]+s\b",
    re.IGNORECASE,
)
_ODDS = re.compile(
    r"\b(?:odds|sensitivity|specificity|rate|proportion|share)\b[^.\n\d]{0,40}"
    r"(?<![\d.])[1-9]\s*[/:]\s*\d{1,3}(?![\d.]*\s*%)\b",
    re.IGNORECASE,
)


def _windows(line: str) -> list[str]:
    starts = range(0, max(1, len(line) - _OVERLAP), _WINDOW - _OVERLAP)
    return [line[start : start + _WINDOW] for start in starts]


def _part_of_few(line: str) -> bool:
    """Parts told in words, of a number that is printed."""
    parts = [(int(n or m), 1 / _PART.get(p.casefold(), 2)) for p, n, m in _PART_OF.findall(line)]
    parts += [
        (int(n), (_UNITS.index(word.casefold()) + 1) / 100)
        for n, word in _WORD_PERCENT.findall(line)
    ]
    return any(0.4 < n * share < THRESHOLD - 0.5 for n, share in parts)


def few_hits(text: str) -> Iterator[Hit]:
    """Few respondents in a running text, whatever words they are told in.

    >>> [hit.rule for hit in few_hits("Three of the five women kept it back.")]
    ['threshold']
    >>> list(few_hits("Groups of fewer than five people are hidden."))
    []
    """
    small = Hit("threshold", f"a number of fewer than {THRESHOLD} respondents")
    lines = [line for line in re.split(r"\n|(?<=[.!?])\s+(?=[A-Z])", text) if line.strip()]
    lines = list(dict.fromkeys(part for line in lines for part in _windows(line)))
    if any(map(_fraction, lines)):
        yield small
    for line in (line for line in lines if _LETTERS.search(line)):
        few = _STATISTIC.search(line) or _ONLY.search(line)
        if _ABOUT.search(line):
            few = few or _PARTS.search(line) or _DID.search(line)
        if _part_of_few(line) or _ODDS.search(line) or (few and not _OTHERS.search(line)):
            yield small
        if _NOBODY.search(line):
            yield Hit("class disclosure", "everybody, or nobody, of a group has an answer")
        if _LONE.search(line) and not _OTHERS.search(line):
            yield Hit("records", "words about one respondent")
    if _TEST.search(text):
        yield Hit("residual df", f"a test with fewer than {THRESHOLD} degrees of freedom")
    if _ENDS.search(text) or any(_RANGED.search(line) for line in lines):
        yield Hit("extremes", "a smallest or largest value is one respondent's")
    if _days(text):
        yield Hit("timestamp", "days or times of single visits")


def _fraction(line: str) -> bool:
    """A small number over another one, with the share that they make."""
    if "|" in line and "%|" in line.replace(" ", ""):
        return False
    for part, whole, share, sign in _FRACTION.findall(line):
        few, base, told = int(part), int(whole), float(share.replace(",", "."))
        if not 0 < few < base or min(few, base - few) >= THRESHOLD:
            continue
        scaled = told / 100 if sign or told > 1 else told
        if abs(few / base - scaled) < 0.006:
            return True
    return False


def _days(text: str) -> bool:
    """Two visits with their days, or four moments to the minute that are no log."""
    visits = {a or b for a, b in _VISIT.findall(text[:100_000])}
    moments = {found[0] for found in _MOMENT.finditer(text[:100_000])}
    return len(visits) >= 2 or (len(moments) >= 4 and not _LOGGED.search(text))
