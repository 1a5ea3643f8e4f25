"""Rules that recognise identified data: by header, by value, by both.

Each rule looks at one column's header and distinct cells and answers with how many of them
it matched. Rules never return, log or word a cell.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["RULES", "Column", "Rule", "header_is_data", "normalised"]


def normalised(header: str) -> str:
    """A header without case, spaces and punctuation, as system fields are compared."""
    return re.sub(r"[^a-z0-9]+", "", header.casefold())


@dataclass(frozen=True, repr=False)
class Column:
    """What a rule sees: a header, the distinct cells as text, and how many rows there are."""

    header: str
    distinct: Sequence[str]
    rows: int

    @property
    def is_category_set(self) -> bool:
        """Few distinct short answers, each given by several people or a plain answer word."""
        if len(self.distinct) > 12 or any(len(text) > 60 for text in self.distinct):
            return False
        plain = all(text.casefold() in _ANSWERS or text.isdigit() for text in self.distinct)
        return plain or self.rows >= 3 * len(self.distinct)


@dataclass(frozen=True)
class Rule:
    """A named test, why it matters, and what to do about a column it matches."""

    name: str
    matches: Callable[[Column], int]
    why: str
    remedy: str


_ANSWERS = {
    "", "yes", "no", "y", "n", "true", "false", "maybe", "unsure", "not sure", "don't know",
    "never", "sometimes", "often", "always", "male", "female", "agree", "disagree", "other",
    "refused", "prefer not to say",
}  # fmt: skip

# Fields the platforms write themselves that point to a person, a device or a moment.
_SYSTEM = {
    "Qualtrics": "startdate enddate recordeddate ipaddress responseid recipientlastname "
    "recipientfirstname recipientemail externalreference externaldatareference "
    "locationlatitude locationlongitude",
    "REDCap": "recordid redcapsurveyidentifier redcaprepeatinstance redcapdataaccessgroup "
    "redcapuniqueid surveytimestamp",
    "LimeSurvey": "ipaddr token datestamp submitdate refurl startlanguagetoken seed",
    "Google Forms": "timestamp emailaddress username",
    "Microsoft Forms": "starttime completiontime",
    "SurveyMonkey": "respondentid collectorid datecreated datemodified ipaddress",
    "Kobo and ODK": "instanceid metainstanceid uuid deviceid submissiontime subscriberid simserial "
    "phonenumber submittedby",
    "a panel": "prolificpid prolificid workerid assignmentid panelistid panelid participantid "
    "sonaid studyid sessionid",
}
_SYSTEM_FIELDS = {field for fields in _SYSTEM.values() for field in fields.split()}

_TELLING = {
    "email", "mail", "phone", "telephone", "mobile", "cell", "fax", "whatsapp", "skype",
    "address", "street", "zip", "zipcode", "postcode", "postal", "plz",
    "firstname", "lastname", "surname", "fullname", "forename", "nickname", "initials", "maiden",
    "ssn", "passport", "licence", "license", "mrn", "dob", "birthdate", "birthday", "iban", "bic",
    "ip", "mac", "imei", "latitude", "longitude", "lat", "lon", "lng", "gps", "geolocation",
    "username", "login", "url", "website", "facebook", "twitter", "instagram", "linkedin",
    "employer", "therapistname", "signature", "photo",
}  # fmt: skip
_TELLING_PAIRS = {
    ("first", "name"), ("last", "name"), ("full", "name"), ("family", "name"), ("given", "name"),
    ("your", "name"), ("birth", "date"), ("date", "birth"), ("social", "security"),
    ("national", "id"), ("patient", "id"), ("client", "id"), ("user", "id"), ("student", "id"),
    ("case", "number"), ("insurance", "number"), ("record", "number"), ("bank", "account"),
}  # fmt: skip

_PATTERNS: dict[str, tuple[str, str]] = {
    "e-mail address": (
        r"[\w.+%-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}",
        "search",
    ),
    "IP address": (
        r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
        r"|(?=.*:.*:)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}",
        "full",
    ),
    "UUID": (r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "search"),
    "survey-platform id": (r"R_[0-9A-Za-z]{10,20}|[0-9a-f]{24}", "full"),
    "hash": (r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{128}", "full"),
    "MAC address": (r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", "full"),
    "social security number": (r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}", "full"),
    "web address": (r"https?://\S+|www\.\S+\.\S+", "search"),
}
_MOST: dict[str, str] = {
    "timestamp": r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
    r"[T ,]+\d{1,2}:\d{2}.*",
    "date": r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}",
    "phone number": r"(?!-?\d+\.\d+$)(?=(?:\D*\d){9,15}\D*$)\+?\(?\d[\d()]*(?:[\s./()-]+\d+)+"
    r"|\+\d{9,15}",
    "coordinates": r"-?\d{1,3}\.\d{4,}\s*[,;]\s*-?\d{1,3}\.\d{4,}",
}


def header_is_data(header: str) -> bool:
    """Whether a header looks like somebody's answer, as in a file without a header row."""
    text = header.strip()
    if any(_search(name, text) for name in _PATTERNS) or any(_full(name, text) for name in _MOST):
        return True
    return bool(re.fullmatch(r"[-+]?[\d.,]+", text))


def _search(name: str, text: str) -> bool:
    pattern, how = _PATTERNS[name]
    match = re.search if how == "search" else re.fullmatch
    return match(pattern, text, re.IGNORECASE) is not None


def _full(name: str, text: str) -> bool:
    return re.fullmatch(_MOST[name], text, re.IGNORECASE) is not None


def _system_field(column: Column) -> int:
    return len(column.distinct) if normalised(column.header) in _SYSTEM_FIELDS else 0


def _telling_header(column: Column) -> int:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", column.header)
    words = re.findall(r"[a-z]+", re.sub(r"\be-?mail", "email", spaced.casefold()))
    telling = bool(_TELLING & {*words, "".join(words)})
    pairs = set(itertools.pairwise(words)) | set(zip(words, words[2:], strict=False))
    if not (telling or _TELLING_PAIRS & pairs) or column.is_category_set:
        return 0
    return len(column.distinct)


def _any_value(name: str) -> Callable[[Column], int]:
    return lambda column: sum(_search(name, text) for text in column.distinct)


def _most_values(name: str) -> Callable[[Column], int]:
    def matches(column: Column) -> int:
        filled = [text for text in column.distinct if text]
        hits = sum(_full(name, text) for text in filled)
        return hits if filled and hits >= 0.8 * len(filled) and hits > 1 else 0

    return matches


def _running_number(column: Column) -> int:
    filled = [text for text in column.distinct if text]
    if len(filled) < 20 or len(filled) < column.rows or not all(text.isdigit() for text in filled):
        return 0
    numbers = sorted(map(int, filled))
    return len(numbers) if numbers[-1] - numbers[0] == len(numbers) - 1 else 0


def _free_text(column: Column) -> int:
    filled = sorted(len(text.split()) for text in column.distinct if text)
    if len(filled) <= 12 or filled[len(filled) // 2] < 4:
        return 0
    return len(filled)


_DROP = "declare the column with `drop: identifier` in the codebook, or delete it from the file"
_POINTS = "it can point to one person"

RULES: tuple[Rule, ...] = (
    Rule("system field", _system_field, "the survey platform wrote it about the respondent", _DROP),
    Rule("telling header", _telling_header, "its header names a personal detail", _DROP),
    *(Rule(name, _any_value(name), _POINTS, _DROP) for name in _PATTERNS),
    *(Rule(name, _most_values(name), _POINTS, _DROP) for name in _MOST),
    Rule("running number", _running_number, "it numbers the respondents one by one", _DROP),
    Rule(
        "free text",
        _free_text,
        "people can be recognised by what they write",
        "declare `drop: free text`, or code the answers into categories first",
    ),
)
