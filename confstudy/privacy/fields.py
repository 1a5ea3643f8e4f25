"""Fields that survey platforms write about a respondent, a device or a moment.

Spelt without case and punctuation. Constant fields of a study (its id, its version) are not
refused, whatever their name.
"""

__all__ = ["COMMON", "FIELDS", "SHARED"]

_SYSTEM = {
    "Qualtrics": "startdate enddate recordeddate ipaddress responseid recipientlastname "
    "recipientfirstname recipientemail externalreference externaldatareference locationlatitude "
    "locationlongitude responselastname mid panelmemberid contactid qrelevantidduplicatescore "
    "transactionid v1 v3 v4 v5 v6 v8 v9",
    "REDCap": "recordid redcapsurveyidentifier redcapuniqueid redcapsurveytimestamp participantid",
    "LimeSurvey": "ipaddr token datestamp submitdate startdate refurl seed responseid id",
    "Google Forms": "timestamp zeitstempel horodateur marcatemporal tijdstempel emailaddress "
    "username",
    "Microsoft Forms": "starttime completiontime lastmodifiedtime startzeit fertigstellungszeit "
    "email name id",
    "SurveyMonkey": "respondentid datecreated datemodified ipaddress emailaddress firstname "
    "lastname customdata",
    "Kobo and ODK": "id uuid instanceid metainstanceid metarootuuid rootuuid formhubuuid deviceid "
    "devicephonenum submissiontime subscriberid simserial simid phonenumber submittedby start end "
    "today index geolocation username auditurl submissiondate submitterid submittername "
    "keyinstancename instancename",
    "SoSci Survey": "case serial ref started lastdata mailsent",
    "Typeform": "networkid submitdateutc startdateutc tokenid submittedat responsetoken",
    "Jotform": "submissionid submissiondate submissionip ip lastupdatedate",
    "Alchemer": "responseid timestarted datesubmitted sessionid useragent referer contactid "
    "longitude latitude extendedreferer",
    "Unipark": "lfdn externallfdn userid sessionkey datetime dateoflastaccess dateoffirstmail "
    "participantcode tester pcode bilendipid panelistcode",
    "Formstack, Cognito, Wufoo": "uniqueid submittime entryid entrydatesubmitted datecreated "
    "lastupdated entrytimestamp entrynumber ipcreated createdby",
    "a panel": "prolificpid prolificid workerid assignmentid hitid mturkid participantid sonaid "
    "surveycode rid psid panelistid panelid sessionid respid gid transactionid aid mturkcode "
    "cloudresearchid connectid respondentkey supplierid tid submittime accepttime approvaltime "
    "startedat completedat reviewedat archivedat customstudytncsacceptedat submissionid",
}
FIELDS = frozenset(field for fields in _SYSTEM.values() for field in fields.split())

#: Fields whose names are common words: they count only with values nobody shares.
COMMON = frozenset(
    "id name start end today index ref case seed token mid ip email started aid rid gid tid "
    "referer username respid sessionid v1 v3 v4 v5 v6 v8 v9 tester datetime uniqueid lastdata "
    "createdby".split()
)
#: Fields that count unless the values are a few that many share, such as the dates of waves.
SHARED = frozenset(
    "startdate enddate starttime completiontime datecreated datemodified timestamp submitdate "
    "submissiondate hitid supplierid customdata qrelevantidduplicatescore lastupdated "
    "surveycode panelid externalreference externaldatareference".split()
)
