"""Rules on headers: fields that survey platforms write, and headers that name personal details."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from confstudy.privacy.columns import Column

__all__ = ["header_is_data", "shown_headers", "system_field", "telling_header"]

# What platforms write about a respondent, a device or a moment, in any spelling of case and
# punctuation. Constant fields of a study (its id, its version) are not refused.
_SYSTEM = {
    "Qualtrics": "startdate enddate recordeddate ipaddress responseid recipientlastname "
    "recipientfirstname recipientemail externalreference externaldatareference locationlatitude "
    "locationlongitude responseset responselastname mid panelmemberid contactid",
    "REDCap": "recordid redcapsurveyidentifier redcapuniqueid redcapsurveytimestamp",
    "LimeSurvey": "ipaddr token datestamp submitdate startdate refurl seed responseid",
    "Google Forms": "timestamp emailaddress username",
    "Microsoft Forms": "starttime completiontime lastmodifiedtime email name id",
    "SurveyMonkey": "respondentid datecreated datemodified ipaddress emailaddress firstname "
    "lastname customdata",
    "Kobo and ODK": "id uuid instanceid metainstanceid formhubuuid deviceid devicephonenum "
    "submissiontime subscriberid simserial simid phonenumber submittedby start end today index "
    "geolocation username auditurl",
    "SoSci Survey": "case serial ref started lastdata mailsent",
    "Typeform": "networkid submitdateutc startdateutc tokenid submittedat",
    "Jotform": "submissionid submissiondate submissionip ip",
    "Alchemer": "responseid timestarted datesubmitted sessionid useragent referer contactid "
    "longitude latitude",
    "Unipark": "lfdn userid sessionkey datetime dateoflastaccess",
    "a panel": "prolificpid prolificid workerid assignmentid hitid mturkid participantid sonaid "
    "surveycode rid psid panelistid panelid sessionid respid gid transactionid aid",
}
_FIELDS = {field for fields in _SYSTEM.values() for field in fields.split()}
#: Fields whose names are common words: they count only with values nobody shares.
_COMMON = {
    "id", "name", "start", "end", "today", "index", "ref", "case", "seed", "token", "mid", "ip",
    "email", "started", "aid", "rid", "gid", "referer", "username", "respid", "sessionid",
}  # fmt: skip

_CONTACT = set(
    "email emails mail phone telephone tel mobile cell cellphone fax whatsapp telegram skype zoom "
    "correo courriel telefoon telefon telefono téléphone teléfono handy mobiel".split()
)
_PLACE = set(
    "address street streetname zip zipcode postcode postal plz adres adresse strasse straße "
    "direccion dirección indirizzo huisnummer hausnummer".split()
)
_NAME = set(
    "firstname lastname surname fullname forename nickname maiden initials signature naam voornaam "
    "achternaam nachname vorname prenom prénom nom apellido apellidos nombre cognome".split()
)
_NUMBERED = set(
    "ssn passport licence license mrn nhs bsn nino sin iban bic account nationalid insurance "
    "rijksregisternummer personnummer cpf dni nie steuernummer".split()
)
_DEVICE = set("ip mac imei imsi uuid guid useragent browserid deviceid cookie fingerprint".split())
_WEB = set(
    "url website facebook twitter instagram linkedin tiktok snapchat handle username".split()
)
_BORN = set("dob birthdate birthday geburtsdatum geboortedatum birth born".split())
_GEO = set("latitude longitude lat lon lng gps geolocation coordinates".split())
_PERSON = {
    "first", "last", "full", "family", "given", "your", "middle", "maiden", "client", "patient",
    "respondent", "participant", "therapist", "counsellor", "counselor", "teacher", "mother",
    "father", "partner", "child", "contact", "user", "student", "doctor", "provider", "emergency",
}  # fmt: skip
_CODED = {"id", "ids", "number", "no", "nr", "code", "identifier", "num", "key"}
_OWNER = _PERSON | {
    "record", "case", "insurance", "bank", "account", "member", "panel", "card", "social",
    "national", "security", "tax", "file", "chart", "subject", "health",
}  # fmt: skip
_MEASURED = set(
    "score scores mean sum count counts total minutes hours days weeks times frequency rating "
    "scale scales level satisfaction importance comfort problem problems reminder reminders".split()
)


def header_is_data(header: str) -> bool:
    """Whether a header looks like somebody's answer, as in a file without a header row."""
    text = header.strip()
    digits = re.fullmatch(r"[-+]?[\d.,/ :-]+(?:[ap]m)?", text, re.IGNORECASE)
    return (
        bool(digits) or "@" in text or bool(re.search(r"\d{5,}|https?:", text)) or len(text) > 300
    )


def shown_headers(frame: pd.DataFrame) -> list[str]:
    """Headers that may be repeated in a message; the others by their position.

    In a file without a header row the first respondent's answers stand there. A header that
    is also an answer in its own column gives that away, and then none is repeated.
    """
    headers = [str(name) for name in frame.columns]
    headless = any(_is_own_answer(header, frame[header]) for header in headers)
    return [
        f"column {place} (its header looks like an answer)"
        if headless or header_is_data(header)
        else header
        for place, header in enumerate(headers, start=1)
    ]


def _is_own_answer(header: str, column: pd.Series[Any]) -> bool:
    answers = {" ".join(str(cell).split()).casefold() for cell in column.dropna().unique()}
    return " ".join(header.split()).casefold() in answers


def system_field(column: Column) -> int:
    """Match a field that a survey platform writes about the respondent."""
    name = re.sub(r"[^a-z0-9]+", "", column.header.casefold())
    stamped = name.endswith("timestamp") and not column.is_category_set
    if name not in _FIELDS and not stamped:
        return 0
    if len(column.cells) <= 1 or (name in _COMMON and not _nobody_s_twin(column)):
        return 0
    return len(column.cells)


def telling_header(column: Column) -> int:
    """Match a header that names a personal detail over values that could be one."""
    words = set(column.words)
    joined = "".join(column.words)
    if column.is_category_set or words & _MEASURED:
        return 0
    numeric, found = column.numeric, False
    if words & _CONTACT or joined in _CONTACT:
        found = not numeric or bool(len(column.numbers) and abs(column.numbers).max() >= 1e6)
    if words & _PLACE or joined in _PLACE:
        found |= not numeric or bool(words & {"zip", "zipcode", "postcode", "postal", "plz"})
    if (
        words & _NAME
        or joined in _NAME
        or ("name" in words and (len(words) == 1 or words & _PERSON))
    ):
        found |= not numeric
    if words & (_NUMBERED | _DEVICE | _WEB):
        found |= column.uniqueness > 0.5 and (not numeric or _long(column))
    if words & _BORN and not numeric:
        found |= column.share(_DATE) > 0.5
    if words & _GEO:
        found |= (numeric and column.share(_DECIMALS) > 0.5) or not numeric
    if words & _CODED and (words & _OWNER or len(words) == 1):
        found |= _nobody_s_twin(column)
    return len(column.cells) if found else 0


_DATE = re.compile(
    r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[T ].*)?|\w+ \d{1,2},? \d{4}|\d{1,2} \w+ \d{4}"
)
_DECIMALS = re.compile(r"-?\d{1,3}\.\d{3,}")


def _nobody_s_twin(column: Column) -> bool:
    """Values that identify: nearly every row has its own."""
    return column.uniqueness >= 0.9 and column.answered >= 2 and not column.is_category_set


def _long(column: Column) -> bool:
    return bool(len(column.numbers)) and float(abs(column.numbers).max()) >= 1e6
