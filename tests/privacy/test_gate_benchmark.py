"""How many identifying columns the gate refuses, and how many innocent ones: all and none.

A column is a header and a pattern: a text is filled in row by row (`#` a digit, `?` a capital,
`~` a small hexadecimal digit, `{field}` see `FIELDS`), a list is drawn from, a function draws
numbers, and `lone(text)` is one such cell among answers of yes and no.
"""

import datetime as dt
import re
import string

import numpy as np
import pandas as pd
import pytest

from confstudy.privacy.gate import inspect_columns

GIVEN = """Anna Jan Maria José Aisha Wei Priya Olga Kofi Siobhán Luca Emma Mehmet Yuki Piotr Ingrid
Fatima Daniel Chloé Nguyen Thabo Sofia Lars Zeynep Ahmed Laura Mateo Hannah Oliver Elif""".split()
FAMILY = """Smith Müller Garcia Jansen Dubois Rossi Novak Yılmaz Okafor Sharma Tanaka Kowalski
O'Brien Hansen Silva Popescu Nagy Chen Ivanova Andersson Cohen Mensah Lopez Weber""".split()
WORDS = """I my therapist told said felt when after because never often she he mother work sleep
afraid secret record insurance session again could not trust somebody else heard about it left
hospital weeks crying husband boss moved village found again help waiting""".split()
CHINESE, SYLLABLES = "王李张刘陈杨赵黄周吴", "伟芳娜敏静强磊洋艳勇军杰涛明超秀霞平刚桂英"
FIELD_TIME = ("2025-03-01", "2025-06-30")
SENTENCES = "我觉得治疗师没有告诉母亲他因为害怕所以后来医院很久不能睡工作信任每天晚上一直哭"


def day(rng, low="1945-01-01", high="2005-12-31"):
    first = dt.datetime.fromisoformat(low)
    span = (dt.datetime.fromisoformat(high) - first).total_seconds()
    return first + dt.timedelta(seconds=int(rng.integers(span)))


def number(rng, low, high, digits):
    return f"{rng.uniform(float(low), float(high)):.{digits}f}"


def letters(rng, count):
    return "".join(rng.choice(list(string.ascii_letters + string.digits), int(count)))


# How a field of a pattern is filled: by (generator, row, what follows the colon).
FIELDS = {
    "i": lambda _, row, form: format(row + 1, form),
    "gap": lambda _, row, form: format(row + 1 + (row > 40) + (row > 55), form),
    "wave": lambda _, row, form: format(row // 4, form),
    "first": lambda rng, *_: str(rng.choice(GIVEN)),
    "last": lambda rng, *_: str(rng.choice(FAMILY)),
    "han": lambda rng, _, count: "".join(rng.choice(list(SYLLABLES), int(count))),
    "family_han": lambda rng, *_: str(rng.choice(list(CHINESE))),
    "born": lambda rng, _, form: day(rng).strftime(form),
    "now": lambda rng, _, form: day(rng, *FIELD_TIME).strftime(form),
    "epoch": lambda rng, *_: str(int(day(rng, *FIELD_TIME).timestamp())),
    "words": lambda rng, _, count: " ".join(rng.choice(WORDS, int(count) + int(rng.integers(6)))),
    "chinese": lambda rng, *_: "".join(rng.choice(list(SENTENCES), 14 + int(rng.integers(9)))),
    "x": lambda rng, _, form: number(rng, *form.split(",")),
    "n": lambda rng, _, form: str(rng.integers(*map(int, form.split(",")))),
    "base64": lambda rng, _, count: letters(rng, count),
}
ALPHABETS = {"#": string.digits, "?": string.ascii_uppercase, "~": "0123456789abcdef"}


def fill(pattern, rng, i):
    def one(match):
        if match[1]:
            return FIELDS[match[1]](rng, i, match[2] or "")
        return str(rng.choice(list(ALPHABETS[match[0]])))

    return re.sub(r"\{(\w+)(?::([^}]*))?\}|[#?~]", one, pattern)


def lone(pattern):
    return lambda rng, n: [
        fill(pattern, rng, 0),
        *rng.choice(["yes", "no", "maybe"], n - 1).tolist(),
    ]


def several(options, mark):
    def draw(rng, n):
        chosen = rng.random((n, len(options))) < 0.4
        return [mark.join(np.array(options)[row]) for row in chosen]

    return draw


def normal(mean, sd, digits):
    return lambda rng, n: rng.normal(mean, sd, n).round(digits).tolist()


def whole(low, high, step=1):
    return lambda rng, n: (rng.integers(low, high, n) * step).tolist()


def lognormal(center, digits):
    return lambda rng, n: (center * np.exp(rng.normal(0, 0.6, n))).round(digits).tolist()


def draw(pattern, rng, n):
    if callable(pattern):
        return pattern(rng, n)
    if isinstance(pattern, str):
        return [fill(pattern, rng, i) for i in range(n)]
    return [pattern[k] for k in rng.integers(len(pattern), size=n)]


IDENTIFYING = {
    # What platforms write
    "Qualtrics start": ("StartDate", "{now:%Y-%m-%d %H:%M:%S}"),
    "Qualtrics recorded": ("RecordedDate", "{now:%m/%d/%Y %H:%M}"),
    "Qualtrics response": ("ResponseId", "R_{base64:15}"),
    "Qualtrics address": ("IPAddress", "{n:11,220}.{n:0,255}.{n:0,255}.{n:1,255}"),
    "Qualtrics recipient": ("RecipientLastName", "{last}"),
    "Qualtrics first name": ("RecipientFirstName", "{first}"),
    "Qualtrics reference": ("ExternalReference", "{n:10000,99999}"),
    "Qualtrics latitude": ("LocationLatitude", "{x:25,48,4}"),
    "legacy V1": ("V1", "R_{base64:15}"),
    "legacy V4": ("V4", "{n:100000,999999}"),
    "legacy V5": ("V5", "{first}.{last}##@example.org"),
    "legacy V6": ("V6", "{n:11,220}.{n:0,255}.{n:0,255}.{n:1,255}"),
    "legacy V8": ("V8", "{now:%Y-%m-%d %H:%M:%S}"),
    "legacy V9": ("V9", "{now:%m/%d/%y %H:%M}"),
    "REDCap record": ("record_id", "{i}"),
    "REDCap survey id": ("redcap_survey_identifier", "{n:1000,99999}"),
    "REDCap form time": ("intake_form_timestamp", "{now:%Y-%m-%d %H:%M:%S}"),
    "LimeSurvey id": ("id", "{gap}"),
    "LimeSurvey token": ("token", "{base64:15}"),
    "LimeSurvey address": ("ipaddr", "{n:11,220}.{n:0,255}.{n:0,255}.{n:1,255}"),
    "LimeSurvey stamp": ("datestamp", "{now:%Y-%m-%d %H:%M:%S}"),
    "LimeSurvey submitted": ("submitdate. Date submitted", "{now:%Y-%m-%d %H:%M:%S}"),
    "LimeSurvey referrer": ("refurl", "https://example.org/?u={base64:6}"),
    "Google Forms": ("Timestamp", "{now:%Y/%m/%d %I:%M:%S %p} GMT+2"),
    "Google Forms user": ("Username", "{first}##@example.org"),
    "MS Forms start": ("Start time", "{now:%m/%d/%y %H:%M:%S}"),
    "MS Forms name": ("Name", "{first} {last}"),
    "SurveyMonkey id": ("Respondent ID", "118########"),
    "SurveyMonkey date": ("Date Created", "{now:%Y-%m-%d %H:%M:%S}"),
    "Kobo uuid": ("_uuid", "~~~~~~~~-~~~~-4~~~-a~~~-~~~~~~~~~~~~"),
    "Kobo time": ("_submission_time", "{now:%Y-%m-%dT%H:%M:%S}"),
    "ODK instance": ("meta/instanceID", "uuid:~~~~~~~~-~~~~-4~~~-9~~~-~~~~~~~~~~~~"),
    "ODK device": ("deviceid", "collect:{base64:16}"),
    "ODK place": ("_geolocation", "{x:51,53,6} {x:4,7,6} 0 0"),
    "SoSci case": ("CASE", "{gap}"),
    "SoSci started": ("STARTED", "{now:%Y-%m-%d %H:%M:%S}"),
    "SoSci serial": ("SERIAL", "{base64:8}"),
    "Typeform hash": ("#", "{base64:22}7"),
    "Typeform network": ("Network ID", "~~~~~~~~~~"),
    "Typeform time": ("Submit Date (UTC)", "{now:%Y-%m-%d %H:%M:%S}"),
    "Jotform id": ("Submission ID", "5#################"),
    "Jotform date": ("Submission Date", "{now:%b %d, %Y}"),
    "Alchemer session": ("SessionID", "15########_~~~~~~~~~~~~~.########"),
    "Alchemer agent": ("User Agent", "Mozilla/5.0 (Windows NT 10.0) Version/{n:80,125}.#"),
    "Unipark number": ("lfdn", "{gap}"),
    "Unipark last access": ("date_of_last_access", "{now:%Y-%m-%d %H:%M:%S}"),
    "Prolific": ("PROLIFIC_PID", "~~~~~~~~~~~~~~~~~~~~~~~~"),
    "MTurk": ("WorkerId", "A1{base64:12}"),
    "MTurk time": ("AcceptTime", "{now:%a %b %d %H:%M:%S PDT %Y}"),
    "SONA": ("sona_id", "{n:1000,99999}"),
    "panel": ("psid", "{base64:20}"),
    # E-mail, phones, numbers
    "e-mail": ("Q7", "{first}.{last}#@example.org"),
    "one e-mail": ("Q7", lone("ann.lee@example.org")),
    "one e-mail in text": ("Q7", lone("you may write to ann.lee@example.org")),
    "hidden e-mail": ("Q7", lone("ann (at) example.org")),
    "hashed e-mail": ("contact_hash", "~" * 64),
    "short hash": ("Q7", "~" * 32),
    "US phone": ("Q8", "(212) 555-####"),
    "dotted US phone": ("Q8", "212.555.####"),
    "Dutch phone": ("Q8", "06-########"),
    "French phone": ("Q8", "06 ## ## ## ##"),
    "British phone": ("Q8", "07### ######"),
    "German phone": ("telefon", "0171/#######"),
    "Norwegian phone": ("Q8", "+47 ### ## ###"),
    "Indian phone": ("mobile_number", "98########"),
    "one phone": ("Q8", lone("+31 6 12345678")),
    "one US phone": ("Q8", lone("(212) 555-0147")),
    "one phone in text": ("Q8", lone("call me on 020 7946 0958 please")),
    "US social security": ("Q9", "2##-5#-1###"),
    "British insurance": ("Q9", "AB ## ## ## C"),
    "Swedish person number": ("Q9", "{born:%Y%m%d}-####"),
    "Finnish person code": ("Q9", "{born:%d%m%y}-###A"),
    "Spanish identity": ("dni", "########?"),
    "Dutch citizen number": ("bsn", "1########"),
    "Brazilian tax number": ("Q9", "###.###.###-##"),
    "Belgian register": ("Q9", "{born:%y.%m.%d}-###.##"),
    "Italian tax code": ("Q9", "??????##?##?###?"),
    "IBAN": ("Q9", lone("GB82 WEST 1234 5698 7654 32")),
    "insurance number": ("insurance_no", "?#########"),
    "passport": ("passport", "??#######"),
    "licence plate": ("Q9", "##-??-##"),
    "British plate": ("Q9", "??## ???"),
    # Places and moments
    "Dutch postcode": ("Q10", "{n:1011,9999} ??"),
    "British postcode": ("Q10", "SW# #??"),
    "Canadian postcode": ("Q10", "M#? #?#"),
    "US ZIP": ("zip_code", "{n:10000,99999}"),
    "German postcode": ("PLZ", "{n:10000,99999}"),
    "street": ("home_address", "Elm Street {i}"),
    "latitude": ("lat", "{x:52,53,5}"),
    "longitude": ("lng", "{x:4,7,5}"),
    "latitude under no name": ("Q11_1", "{x:52,53,6}"),
    "longitude of the west": ("Q11_2", "-{x:70,120,6}"),
    "pair": ("Q11", "{x:52,53,5}, {x:4,7,5}"),
    "pair in degrees": ("Q11", "52°{n:10,59}'{n:10,59}.#\"N 4°{n:10,59}'{n:10,59}.#\"E"),
    "degrees": ("Q11", "{x:52,53,4}° N, {x:4,7,4}° E"),
    "birth date": ("dateofbirth", "{born:%d-%b-%Y}"),
    "DOB": ("DOB", "{born:%m/%d/%y}"),
    "DOB as number": ("date_of_birth", "{born:%Y%m%d}"),
    "birth date under no name": ("Q12", "{born:%d.%m.%Y}"),
    "long date": ("Q12", "{born:%B %d, %Y}"),
    "Spanish date": ("fecha", "{born:%d} de marzo de {born:%Y}"),
    "one date": ("Q12", lone("1980-02-13")),
    "one long date": ("Q12", lone("13 February 1980")),
    "ISO time": ("Q13", "{now:%Y-%m-%dT%H:%M:%S}.###Z"),
    "time with zone": ("Q13", "{now:%Y-%m-%dT%H:%M:%S}+02:00"),
    "German time": ("Q13", "{now:%d.%m.%Y %H:%M}"),
    "seconds": ("Q13", "{epoch}"),
    "milliseconds": ("Q13", "{epoch}###"),
    # Codes, names, texts, devices
    "running number": ("Q14", "{i}"),
    "with gaps": ("Q14", "{gap}"),
    "prefixed": ("Q14", "P{i:04}"),
    "short prefix": ("Q14", "P{i}"),
    "subject": ("Q14", "sub-{i:03}"),
    "subject with gaps": ("Q14", "S_{gap:03}"),
    "participant": ("participant", "{n:1000,99999}"),
    "own code": ("Q15", "??{born:%d%m}"),
    "own longer code": ("Kenncode", "{n:10,31}??#"),
    "object id": ("Q15", "~~~~~~~~~~~~~~~~~~~~~~~~"),
    "IPv6": ("Q16", "2001:db8:~~~~:~~~~::~~~~"),
    "MAC": ("Q16", "00:1b:44:~~:~~:~~"),
    "handle": ("Q17", lone("@jane_doe")),
    "profile": ("Q17", lone("linkedin.com/in/janedoe")),
    "Instagram": ("instagram", "{first}_{last}{n:1,999}"),
    "names": ("Q18", "{first} {last}"),
    "names reversed": ("Q18", "{last}, {first}"),
    "names in capitals": ("Q18", "{first} ?. {last}"),
    "given names": ("Q18", "{first}"),
    "given names under their header": ("Vorname", "{first}"),
    "Chinese names": ("Q18", "{family_han}{han:2}"),
    "initials": ("initials", "?.?.?."),
    "titles": ("Q18", "Frau {last}"),
    "usernames": ("Q18", "{first}_{last}#"),
    "mark and number": ("Q14", "#{i:03}"),
    "returning client": ("client_id", "C{wave:04}"),
    "spreadsheet time": ("Q13", "{x:45500,45560,6}"),
    "compact time": ("Q13", "{now:%Y%m%dT%H%M%S}Z"),
    "month and year of birth": ("Geburtsdatum (MM/JJJJ)", "{born:%m/%Y}"),
    "Japanese phone": ("連絡先", "090-####-####"),
    "Chilean register": ("Q9", "{n:5,25}.###.###-#"),
    "Polish postcode": ("kod pocztowy", "##-###"),
    "free text": ("Q19", "{words:6}"),
    "German free text": ("Q19", "Ich habe {words:5} und dann nicht mehr"),
    "Chinese free text": ("Q19", "{chinese}。"),
}

FREQUENCY = ["Never", "Rarely", "Sometimes", "Often", "Always"]
AGREEMENT = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree"]
PROBLEMS = ["Anxiety", "Low mood", "Sleep problems", "Eating, weight or shape", "Relationships"]
REASONS = [
    "Not applicable to me (I do not have a therapist at present)",
    "I was worried that my employer would find out about it",
    "I did not think that it would help me very much",
    "The waiting list was longer than I could bear",
    "Other (please say what in the next question)",
]
STATES = "Alabama,Arizona,Georgia,Virginia,North Carolina,West Virginia,Texas,Utah,Maine,Ohio"
COUNTRIES = "Germany,Chad,Jordan,United States of America,New Zealand,Czechia,Georgia,Niger,Peru"
JOBS = "Software engineer,Nurse,Social worker,Teacher,Bus driver,Sales assistant,Baker,Retired"
DRUGS = ["Sertraline 50 mg", "Citalopram", "Quetiapine 25 mg", "Lithium", "None", "Bupropion XL"]

INNOCENT = {
    # Headers that sound like personal details
    "e-mail reminder": ("email_reminder", ["Yes", "No"]),
    "name calling": ("name_calling_experienced", FREQUENCY),
    "phone hours": ("phone_use_hours", normal(4, 2, 1)),
    "phone sessions": ("number_of_phone_sessions", whole(0, 60)),
    "address the problem": ("address_problem", whole(1, 8)),
    "form of address": ("address_as", ["Mr", "Ms", "Dr", "no title"]),
    "mobile use": ("mobile_device", ["iPhone", "Android", "None of these"]),
    "contact wanted": ("contact_preference", ["by e-mail", "by phone", "by post", "not at all"]),
    "birth year": ("year_of_birth", whole(1940, 2006)),
    "birth order": ("birth_order", whole(1, 6)),
    "birth month": ("birth_month", list(map(str, range(1, 13)))),
    "birth weight": ("birth_weight_g", normal(3300, 450, 0)),
    "insurance": ("insurance_type", ["Public", "Private", "None", "Both"]),
    "licence": ("driving_license", ["Yes", "No"]),
    "account": ("bank_account_shared", ["Yes", "No", "Don't know"]),
    "IP lawyer": ("ip_law_attitude", whole(0, 101)),
    "session count": ("client_session_count", whole(0, 90)),
    "social security": ("social_security_trust", whole(0, 101)),
    "question with address": ("How satisfied are you with the address of your clinic?", AGREEMENT),
    "question with name": ("Did anybody call you by your old name at work?", FREQUENCY),
    "question with e-mail": ("Would you use e-mail with your therapist?", ["Yes", "No", "Maybe"]),
    "token economy": ("token_economy_use", FREQUENCY),
    "start of symptoms": ("start", ["childhood", "teens", "later"]),
    "case load": ("case_load", whole(1, 70)),
    "seed money": ("seed", ["yes", "no"]),
    "index of worry": ("index", normal(3, 1, 2)),
    # Platforms' fields about the study or the interview
    "Qualtrics progress": ("Progress", [100, 100, 100, 57, 12]),
    "Qualtrics duration": ("Duration (in seconds)", lognormal(700, 0)),
    "Qualtrics finished": ("Finished", ["True", "False"]),
    "Qualtrics language": ("UserLanguage", ["EN", "DE", "NL"]),
    "Qualtrics channel": ("DistributionChannel", ["anonymous", "email"]),
    "Qualtrics click": ("Q1_First Click", lognormal(3, 3)),
    "Qualtrics page": ("Q1_Page Submit", lognormal(30, 3)),
    "legacy V2": ("V2", ["Default Response Set"]),
    "legacy V7": ("V7", [0, 1]),
    "legacy V10": ("V10", [0, 1]),
    "REDCap event": ("redcap_event_name", ["baseline_arm_1", "week_12_arm_1", "followup_arm_1"]),
    "REDCap complete": ("intake_complete", [0, 1, 2]),
    "LimeSurvey page": ("lastpage", whole(1, 15)),
    "LimeSurvey time": ("interviewtime", lognormal(600, 2)),
    "SurveyMonkey collector": ("Collector ID", ["437850012"]),
    "Kobo version": ("__version__", ["vKq8pTzLr2u9", "vKq8pTzLr2u9", "v7dXc1mNo0aa"]),
    "SoSci mode": ("MODE", ["interview", "pretest"]),
    "SoSci time": ("TIME_SUM", whole(90, 2400)),
    "MTurk task": ("HITId", ["3XJOUITW8URHJMX7F00H20LGRIAQTX"]),
    "Prolific approvals": ("Total approvals", whole(0, 3000)),
    "Prolific time": ("Time taken", whole(120, 4000)),
    # Numbers
    "age": ("age", whole(18, 90)),
    "exact age": ("age_exact", normal(41.2, 6, 4)),
    "Likert": ("trust_1", whole(1, 6)),
    "slider": ("comfort", whole(0, 101)),
    "seconds on page": ("seconds", lognormal(42, 2)),
    "response time": ("rt_ms", lognormal(800, 0)),
    "long response time": ("time_total_ms", lognormal(600_000, 0)),
    "percentage": ("pct_covered", normal(55, 15, 1)),
    "percentage as text": ("covered", "{n:0,100}%"),
    "weight": ("weight", lognormal(1, 8)),
    "expansion weight": ("finalwt", lognormal(20_000, 6)),
    "replicate weight": ("rep_17", lognormal(34, 7)),
    "body weight": ("weight_kg", normal(74, 12, 1)),
    "score": ("promis_t", normal(50, 10, 4)),
    "z-score": ("z_trust", normal(0, 1, 6)),
    "comma decimals": ("skala", "{n:1,5},{n:1000,9999}"),
    "income": ("income", whole(12, 140, 1000)),
    "exact income": ("income_exact", lognormal(42_000, 0)),
    "money": ("cost", "${n:1,900},{n:100,999}.{n:10,99}"),
    "PHQ sum": ("phq9_sum", whole(0, 28)),
    "dummy": ("treated", [0, 1]),
    "missing codes": ("q12", [1, 2, 3, 4, -99, -77]),
    "year": ("year", [2014, 2016, 2017, 2019]),
    "occupation code": ("isco", whole(1111, 9630)),
    "blood pressure": ("bp", "{n:95,160}/{n:55,100}"),
    "length with unit": ("height", "{n:150,200} cm"),
    "minutes with unit": ("how_long", "{n:1,90} min {n:0,60} s"),
    # Answers from lists
    "agreement": ("q1", AGREEMENT),
    "long options": ("reason", REASONS),
    "several with semicolons": ("problems", several(PROBLEMS, ";")),
    "several with bars": ("reasons", several(REASONS, "|")),
    "several with commas": ("Which of these? (Google)", several(REASONS, ", ")),
    "several codes": ("kobo_multi", several(["anxiety", "mood", "sleep", "eating", "other"], " ")),
    "item texts": ("worst_item", [f"{a} {b}" for a in REASONS[1:4] for b in ("Now", "Before")]),
    "states": ("state", STATES.split(",")),
    "countries": ("country", COUNTRIES.split(",")),
    "languages": ("language", "English,Malay,Hindi,Dutch,Chinese (Mandarin),Polish".split(",")),
    "regions": ("region", ["North Holland", "South Holland", "Saint John", "Santa Cruz"]),
    "cities": ("city", ["San Diego", "San Antonio", "Charlotte", "Austin", "New York", "Jackson"]),
    "occupations": ("occupation", JOBS.split(",")),
    "medication": ("medication", several(DRUGS, "; ")),
    "diagnosis": ("diagnosis", ["F32.1", "F41.1", "F43.10", "F60.31", "F33.2", "Z63.0"]),
    "DSM codes": ("dsm", ["296.32", "300.02", "309.81", "301.83"]),
    "age bands": ("age_band", ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]),
    "company size": ("employees", ["1-5", "6-25", "26-100", "100-500", "More than 1000"]),
    "income bands": ("income_band", ["€20 000 – 29 999", "€30 000 – 49 999", "€50 000 or more"]),
    "dollar bands": ("hh", ["Less than $15,000", "$15,000-$24,999", "$25,000-$49,999"]),
    "waves": ("wave_date", ["2024-03-01", "2024-09-01", "2025-03-01"]),
    "wave times": ("wave_start", ["2024-03-01 00:00:00", "2024-09-01 00:00:00"]),
    "months": ("month", "January February March April May June July August".split()),
    "month of start": ("since", "20{n:18,26}-{n:10,13}"),
    "weekdays": ("weekday", "Monday Tuesday Wednesday Thursday Friday".split()),
    "vignette": ("vignette", [f"V{k:02}" for k in range(1, 25)]),
    "vignette person": ("vignette_name", ["Anna", "Ben", "Carla", "David"]),
    "arm": ("arm", ["Waiting list", "Treatment as usual", "Internet CBT"]),
    "therapist": ("therapist_code", [f"T{k:02}" for k in range(1, 19)]),
    "site": ("site_id", list(range(1, 9))),
    "clock": ("bedtime", "{now:%H:%M:%S}"),
    "clock of twelve": ("got_up", "{now:%I:%M %p}"),
    "duration": ("slept", "{n:4,10}:{n:10,59}:00"),
    "time object": ("dinner", lambda _, n: [dt.time(k % 24, k % 60) for k in range(n)]),
    "versions": ("app_version", ["1.2.3", "1.2.4", "1.10.0", "2.0.1"]),
    "browser": ("browser", ["Chrome 120", "Safari 17.1", "Firefox 121", "Edge"]),
    "Chinese options": (
        "q_zh",
        ["非常同意", "同意", "不同意", "非常不同意", "不适用(我没有治疗师)"],
    ),
    "Japanese options": (
        "q_ja",
        ["とてもそう思う", "そう思う", "どちらともいえない", "そう思わない"],
    ),
    "gender": ("gender", ["Woman", "Man", "Non-binary", "Prefer not to say", "female", "M", "f"]),
    "masked": ("IPAddress", ["*******", "***"]),
    "ISO duration": ("took", "PT{n:3,40}M{n:1,60}S"),
    "packed duration": ("took", "{n:1,4}h{n:10,60}m{n:10,60}s"),
    "military clock": ("bed", "{n:10,24}{n:10,60}"),
    "log likelihood": ("loglik", normal(-120, 9, 4)),
    "factors of a vignette": ("profile", "A{n:1,4}B{n:1,4}C{n:1,4}D{n:1,4}"),
    "films of a study": ("stimulus", ["https://example.org/a.mp4", "https://example.org/b.mp4"]),
    "at places": ("where", ["@home", "@work", "@school"]),
    "several under a place word": ("Which of these address it?", several(PROBLEMS, ", ")),
    "Chinese provinces": (
        "省份",
        "北京 上海 广东 江苏 浙江 山东 河南 四川 湖北 湖南 河北 福建 安徽".split(),
    ),
    "nothing": ("comments", ["", "none", "n/a"]),
}

VARIANTS = ("as drawn", "shuffled", "30 % blank", "1 % missing codes")


def column(name, pattern, variant):
    """60 to 400 rows; the first row, where a lone cell stands, is never spoiled."""
    rng = np.random.default_rng([*name.encode()])
    rows = int(rng.integers(60, 401))
    cells = pd.Series(draw(pattern, rng, rows), dtype=object)
    spoiled = rng.random(rows) < (0.3 if variant.startswith("30") else 0.01)
    spoiled[0], spoiled[-1] = False, True
    if variant == "30 % blank":
        cells[spoiled] = ""
    if variant == "1 % missing codes":
        cells[spoiled] = str(rng.choice(["-99", "NA", "999", "Refused"]))
    if variant != "as drawn":
        cells = cells.sample(frac=1, random_state=7, ignore_index=True)
    return cells


def refused(columns, variant):
    """The columns that the gate refuses, with the rule that did."""
    found = {}
    for name, (header, pattern) in columns.items():
        result = inspect_columns(pd.DataFrame({header: column(name, pattern, variant)}))
        if not result:
            found[name] = result.findings[0].rule
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_identifying_column_is_refused(variant):
    missed = sorted(IDENTIFYING.keys() - refused(IDENTIFYING, variant))
    rate = 1 - len(missed) / len(IDENTIFYING)
    assert not missed, f"{rate:.1%} of {len(IDENTIFYING)} refused ({variant}); missed: {missed}"


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_innocent_column_is_refused(variant):
    wrong = refused(INNOCENT, variant)
    rate = len(wrong) / len(INNOCENT)
    assert not wrong, f"{rate:.1%} of {len(INNOCENT)} refused ({variant}): {wrong}"


def test_there_are_columns_enough():
    assert min(len(IDENTIFYING), len(INNOCENT)) >= 80
