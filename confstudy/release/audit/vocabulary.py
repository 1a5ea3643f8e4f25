"""The words by which tables of aggregates, counts and respondents are told apart."""

from __future__ import annotations

import re

__all__ = [
    "ATTRIBUTE", "COUNT", "EXTREME", "HIDDEN", "INFLUENCE", "ITEM", "MARGIN", "NOT_PEOPLE",
    "PERSON_KEY", "SHARE", "SIZES", "STATISTIC", "sizes",
]  # fmt: skip

#: Heads of columns that count respondents.
COUNT = re.compile(
    r"(?:.*\b)?(?:n|count|counts|freq|frequency|frequencies|nobs|n obs|no obs"
    r"|respondents?|clients?"
    r"|participants?|patients?|people|persons|cases|observations|size|at risk|n risk|events?"
    r"|n events|censored|observed|removed|entrance|len|answered|n rows|sample|cell size"
    r"|caseload|entering|entered|exposed|lost|dropped out|dropouts|withdrawn|support|members"
    r"|häufigkeit|häufigkeiten|anzahl|aantal|frequentie|effectif|effectifs|fréquence|frecuencia"
    r"|frequenza|personen|klienten|cliënten|personnes|personas|teilnehmer|deelnemers|liczba|antal|antall|počet|quantidade|número|numero|fréquences|число)"
)
#: Words of tables whose small whole numbers are no respondents.
NOT_PEOPLE = re.compile(
    r"\bpower\b|sample sizes?\b|required|\bstud(?:y|ies)\b|\brank|hyper|\bgrid\b|\bseeds?\b|"
    r"\bcodebook\b|\bversions?\b|\bcitation|max depth|n estimators|learning rate|epochs?\b|"
    r"\bparameters?\b|\bdf\b|sum sq|\bitems?\b|\bpoints\b|\bcodes?\b|\bmodules?\b|\bpackage|"
    r"\bnunique\b|\bdistinct\b|\byear\b|\blevels\b|\bdraws?\b|replicat|simulat|\bscale\b",
    re.IGNORECASE,
)
#: Heads of shares.
SHARE = re.compile(
    r".*(?:%|percent|\bpct\b|\bshare|\bproportion|\bprop\b|\brate\b"
    r"|prozent|procent|pourcent|porcentaje|anteil|aandeel).*"
)
#: Heads of statistics: a table that has one is of aggregates.
STATISTIC = re.compile(
    r"(?:.*\b)?(?:mean|average|avg|sd|std|stdev|se|std err|std error|standard error"
    r"|std dev|coef|"
    r"coefficient|estimate|effect|p|p value|pvalue|p t|p z|t|z|f|chi2|chisq|statistic"
    r"|df|ci|ci low|"
    r"conf low|conf high|lower|upper|0 025|0 975|odds ratio|or|hr|hazard ratio|r2|aic|bic|"
    r"power|alpha|omega|loading|loadings|term|terms|parameter|variable|metric|measure|label|"
    r"statistics?|value|values|r|rho|beta|b|d|g|vif|sum sq|mean sq|ratio|interval|median|"
    r"proportion|percent|share|pct|version|package|default|description|type|dtype|levels|"
    r"wording|item|items|question|study|studies|author|authors|year|title|doi|weight|tau2|i2|"
    r"score|accuracy|auc|setting|option|rule|status|model|name|column|nonnull|non null)"
    r"(?: .*)?"
)
#: Heads of what one person is, or was.
ATTRIBUTE = re.compile(
    r"(?:.*\b)?(?:age|age band|gender|sex|diagnosis|occupation|job|profession|religion"
    r"|ethnicity|race|"
    r"income|marital|marital status|education|region|city|town|zip|postcode|country"
    r"|nationality|"
    r"birth|dob|client|client id|patient|patient id|respondent|respondent id|participant|"
    r"participant id|subject|pid|id|uid|name|first name|last name|surname|email|e mail|phone|"
    r"therapist|practice|comment|comments|answer|employer|weight|height|orientation|sessions|"
    r"leeftijd|alter|âge|edad|età|geslacht|geschlecht|sexe|sexo|beruf|beroep|profesión"
    r"|einkommen|inkomen|revenu|ingresos|regio|región|région|zona|wohnort|woonplaats|diagnose|"
    r"lat|lon|latitude|longitude|date|start date|visit|visits|started|ip|arm|setting|concern)"
)
#: Heads of single items, such as trust_3 or Q12.
ITEM = re.compile(r"(?:[a-z][a-z ]*|[a-z]+ before|[a-z]+ after) ?\d{1,2}|q ?\d+[a-z]?")
#: Heads that name single respondents.
PERSON_KEY = re.compile(
    r"(?:respondent|client|participant|patient|subject|person|member|user|case|record"
    r"|response)s?"
    r"(?: (?:id|no|nr|number|code|key|index))?|pid|uid|sid|id|row|obs|neighbou?rs?|leaf"
)
#: Heads and labels of smallest and largest values.
EXTREME = re.compile(
    r"(?:.* )?(?:min|max|minimum|maximum|smallest|largest|lowest|highest|youngest"
    r"|oldest|amin|amax|idxmax|idxmin|p0|p100)"
)
#: Heads of what a model says of each respondent.
INFLUENCE = re.compile(
    r"(?:.*\b)?(?:dffits?(?: internal)?|dfb .*|dfbetas?.*|cooks? d|cooks? distance"
    r"|cooks|hat diag|hat|"
    r"leverage|student resid|standard resid|resid|resids|residuals?|fitted|fittedvalues"
    r"|fitted values|"
    r"predicted|prediction|y hat|yhat|blup|random effects?|random intercept|influence|"
    r"pearson resid|deviance resid|martingale|propensity|propensity score)"
)
#: Names of margins.
MARGIN = re.compile(
    r"all|total|totals|sum|overall|margin|gesamt|any|everyone|everybody"
    r"|insgesamt|summe|totaal|ensemble|somme|suma|totale"
)
#: What stands in place of a hidden count.
HIDDEN = re.compile(
    r"masked|suppressed|hidden|redacted|\*+|[<≤] ?\d{1,2}|x|c|†|\[c\]|\.\.|--?|[–—…·]"
    r"|nan|<na>|n/a",
    re.I,
)
#: Sizes of samples and groups in running text.
SIZES = re.compile(
    r"\b(?:n|N|nobs|No\. Observations|base|observations|respondents|clients"
    r"|participants)\s*[=:]\s*"
    r"(\d{1,3}(?:[, \u202f]\d{3})+|\d+)\b(?!\.\d|\s*%)"
)


def sizes(text: str) -> list[int]:
    """How many respondents a text says there are.

    >>> sizes("women (n = 1,054), men (n=43)")
    [1054, 43]
    """
    return [int("".join(filter(str.isdigit, found))) for found in SIZES.findall(text)]
