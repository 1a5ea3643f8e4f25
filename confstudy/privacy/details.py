"""Words of headers that name personal details, in several languages.

`telefon*` stands for every word that begins so, `*nummer` for every word that ends so. Words
of scripts without blanks are found anywhere in a header.
"""

import re
from collections.abc import Iterable

__all__ = [
    "BORN", "CODED", "CONTACT", "DEVICE", "FOLLOWED", "GEO", "ID", "MEASURED", "NAME", "NUMBERED",
    "OWNER", "PERSON", "PLACE", "POSTCODE", "WEB", "mentions",
]  # fmt: skip


def _table(text: str) -> re.Pattern[str]:
    forms = [re.escape(word).replace(r"\*", r"\w*") for word in text.split()]
    return re.compile("|".join(rf"\w*{f}\w*" if ord(f[-1]) > 0x3000 else f for f in forms))


def mentions(phrases: Iterable[str], table: re.Pattern[str]) -> bool:
    """Whether one of the phrases of a header stands in a table."""
    return any(table.fullmatch(phrase) for phrase in phrases)


CONTACT = _table(
    "email* mail mails mailadres* phone* telephone* tel cell cellphone* mobile mobilenumber "
    "mobileno fax whatsapp signal correo* courriel* telefo* telefón* teléfono* téléphone* tlf "
    "portable handy* mobiel* mobil mobilnummer* celular* móvil movil cellulare puhelin* "
    "sähköposti* epost* eposta* почта телефон* טלפון هاتف τηλέφωνο 电话 電話 手机 邮箱 電子メール "
    "メール 携帯 전화 이메일 휴대폰"
)
PLACE = _table(
    "address* homeaddress street* city town village hometown adres* adresse* strasse straße "
    "direccion dirección domicilio indirizzo huisnummer hausnummer woonplaats wohnort ort "
    "ville rue ciudad cidade endereço endereco morada calle osoite adress gata ulica utca adresa "
    "cím адрес улица διεύθυνση 地址 住所 주소 عنوان"
)
POSTCODE = _table(
    "zip zips zipcode* postcode* postal* plz postleitzahl* codepostal codigopostal códigopostal "
    "cap cep pincode eircode postnummer postnr postinumero kodpocztowy psč 邮编 郵便番号 우편번호"
)
NAME = _table(
    "firstname* lastname* surname* fullname* familyname* givenname* middlename* maidenname* "
    "yourname forename* nickname* initials signature naam voornaam achternaam nachname* vorname* "
    "prenom prénom nom nomdefamille apellido* nombre nombres cognome nome sobrenome apelido "
    "förnamn efternamn fornavn etternavn efternavn etunimi sukunimi imię imie nazwisko jméno "
    "příjmení jmeno prijmeni név adınız soyad* isim имя фамилия фио όνομα 姓名 名前 氏名 이름 성명 "
    "họtên hovaten họvàtên hoten ชื่อ नाम "
    "الاسم undertekning unterschrift realname displayname contactname nameofchild childsname"
)
NUMBERED = _table(
    "ssn socialsecurity* passport* licence* license* mrn medicalrecord* nhs* bsn* nino sin iban "
    "bic account* nationalid* insurance* rijksregister* personnummer personnumer fødselsnummer "
    "fodselsnummer cpr cprnummer cpf cnpj dni nie nif niss rut curp rfc pesel egn cnp hetu "
    "henkilötunnus steuer* taxid taxnumber tin itin aadhaar aadhar pan svnr ahv ahvnummer "
    "sozialversicherung* versichert* krankenkasse* medicare* medicaid* passnummer ausweis* "
    "kennzeichen numberplate licenseplate plate codicefiscale burgerservice* tcno tckimlik* "
    "kimlik* rodnécíslo rodnecislo 身份证 护照 マイナンバー 주민등록번호 паспорт снилс инн"
)
DEVICE = _table(
    "ip ipaddress ipaddr ipv* adresseip mac macaddress imei imsi udid uuid guid useragent "
    "browserid deviceid cookie* fingerprint* advertisingid idfa gaid serialnumber devicetoken"
)
WEB = _table(
    "url website homepage facebook* twitter* instagram* linkedin* tiktok* snapchat* handle "
    "username* telegram* skype* discord* screenname github* orcid wechat 微信 lineid nickname "
    "userid login loginname benutzername gebruikersnaam pseudo"
)
BORN = _table(
    "dob dateofbirth birthdate* birthday* dayofbirth geburtsdat* geburtstag* geboortedat* "
    "geboren born birth datedenaissance naissance fechadenacimiento nacimiento datadenascimento "
    "nascimento datadinascita nascita födelsedatum fødselsdato fødselsdag fodselsdato syntymä* "
    "urodzenia narození narozeni születési* doğum* dogum* рождения γέννησης 生日 生年月日 출생* "
    "出生 생년월일 geb gebdat gebdatum"
)
GEO = _table(
    "latitude longitude lat lon lng long gps* geolocation geopoint coordinates coords breitengrad "
    "längengrad breedtegraad lengtegraad latitud longitud location"
)
PERSON = set(
    "first last full family given your middle maiden client clients patient patients patiënt "
    "respondent respondents participant participants therapist counsellor counselor teacher "
    "mother father partner child contact user student doctor provider emergency proband "
    "probanden versuchsperson deelnemer cliënt employee worker spouse guardian caregiver parent "
    "teilnehmer paciente participante sujet person personal pupil legal preferred".split()
)
#: Persons of whom a study has several rows; therapists have the rows of their clients.
FOLLOWED = set(
    "client patient respondent participant subject proband person user member panelist student "
    "deelnemer cliënt patiënt teilnehmer paciente participante subj".split()
)
CODED = set(
    "id ids number no nr code codes identifier num key nummer numero número kennung token "
    "pseudonym alias numéro cislo číslo numer".split()
)
OWNER = PERSON | set(
    "record case insurance bank account member panel card social national security tax file "
    "chart subject health subj dossier response respondent submission unique anonymous anon "
    "customer kunden mitglieds matrikel patienten study secret self hospital medical".split()
)
ID = _table(
    "pid uid sid ppn ppnr vpn vpnr vpcode vpid subj subjid subject subno subjno participant "
    "participantnr respondent respnr proband probandencode probandennummer kenncode pseudonym "
    "personencode sgic studyid caseid casenr caseno recordno dossiernummer matrikelnummer "
    "mitgliedsnummer kundennummer studentnummer studentid patientid patientnr patientno "
    "patientnumber clientid userid "
    "memberid personid respid responseid anonid idcode idnumber idno aktenzeichen deelnemer "
    "deelnemernummer proefpersoon expediente folio historiaclinica dossier identifiant "
    "identificador identificativo kod tunniste tunnus 编号 学号 番号 idx rowid rownum rownumber"
)
MEASURED = set(
    "score scores mean sum count counts total minutes min hours days weeks months years times "
    "frequency rating scale scales level satisfaction importance comfort problem problems "
    "reminder reminders weight weights wt wgt wts repwt factor pct percent percentage share ratio "
    "rate prob probability time seconds sec secs ms duration latency rt index z t iq theta se sd "
    "residual resid fit fitted age bmi kg cm hr heart pulse temperature temp height income salary "
    "cost costs price amount euro euros usd eur dollars pounds spent paid steps distance km bpm "
    "hba mg dose load visits sessions contacts accuracy std stdev var variance avg average median "
    "change diff difference delta propensity loading coefficient beta slope estimate value dauer "
    "zeit gewicht punkte summe mittelwert alter duur tijd leeftijd durée poids âge edad peso "
    "puntuación puntaje tiempo jahre stunden minuten loglik ll aic bic deviance logit "
    "random".split()
)
