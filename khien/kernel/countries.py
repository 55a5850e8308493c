"""Countries of ISO 3166 with their Vietnamese and English names (names from Unicode CLDR), and how lists write nationality."""

from dataclasses import dataclass
from functools import cache

from khien.kernel import vietnamese
from khien.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Country:
    """Alpha-2 and alpha-3 codes and both names."""

    code: str
    alpha3: str
    vi: str
    en: str


_ROWS = """
AD|AND|Andorra|Andorra
AE|ARE|Các Tiểu Vương quốc Ả Rập Thống nhất|United Arab Emirates
AF|AFG|Afghanistan|Afghanistan
AG|ATG|Antigua và Barbuda|Antigua & Barbuda
AI|AIA|Anguilla|Anguilla
AL|ALB|Albania|Albania
AM|ARM|Armenia|Armenia
AO|AGO|Angola|Angola
AQ|ATA|Nam Cực|Antarctica
AR|ARG|Argentina|Argentina
AS|ASM|Samoa thuộc Mỹ|American Samoa
AT|AUT|Áo|Austria
AU|AUS|Australia|Australia
AW|ABW|Aruba|Aruba
AX|ALA|Quần đảo Åland|Åland Islands
AZ|AZE|Azerbaijan|Azerbaijan
BA|BIH|Bosnia và Herzegovina|Bosnia & Herzegovina
BB|BRB|Barbados|Barbados
BD|BGD|Bangladesh|Bangladesh
BE|BEL|Bỉ|Belgium
BF|BFA|Burkina Faso|Burkina Faso
BG|BGR|Bulgaria|Bulgaria
BH|BHR|Bahrain|Bahrain
BI|BDI|Burundi|Burundi
BJ|BEN|Benin|Benin
BL|BLM|St. Barthélemy|St. Barthélemy
BM|BMU|Bermuda|Bermuda
BN|BRN|Brunei|Brunei
BO|BOL|Bolivia|Bolivia
BQ|BES|Ca-ri-bê Hà Lan|Caribbean Netherlands
BR|BRA|Brazil|Brazil
BS|BHS|Bahamas|Bahamas
BT|BTN|Bhutan|Bhutan
BV|BVT|Đảo Bouvet|Bouvet Island
BW|BWA|Botswana|Botswana
BY|BLR|Belarus|Belarus
BZ|BLZ|Belize|Belize
CA|CAN|Canada|Canada
CC|CCK|Quần đảo Cocos (Keeling)|Cocos (Keeling) Islands
CD|COD|Congo - Kinshasa|Congo - Kinshasa
CF|CAF|Cộng hòa Trung Phi|Central African Republic
CG|COG|Congo - Brazzaville|Congo - Brazzaville
CH|CHE|Thụy Sĩ|Switzerland
CI|CIV|Côte d’Ivoire|Côte d’Ivoire
CK|COK|Quần đảo Cook|Cook Islands
CL|CHL|Chile|Chile
CM|CMR|Cameroon|Cameroon
CN|CHN|Trung Quốc|China
CO|COL|Colombia|Colombia
CR|CRI|Costa Rica|Costa Rica
CU|CUB|Cuba|Cuba
CV|CPV|Cape Verde|Cape Verde
CW|CUW|Curaçao|Curaçao
CX|CXR|Đảo Giáng Sinh|Christmas Island
CY|CYP|Síp|Cyprus
CZ|CZE|Séc|Czechia
DE|DEU|Đức|Germany
DJ|DJI|Djibouti|Djibouti
DK|DNK|Đan Mạch|Denmark
DM|DMA|Dominica|Dominica
DO|DOM|Cộng hòa Dominica|Dominican Republic
DZ|DZA|Algeria|Algeria
EC|ECU|Ecuador|Ecuador
EE|EST|Estonia|Estonia
EG|EGY|Ai Cập|Egypt
EH|ESH|Tây Sahara|Western Sahara
ER|ERI|Eritrea|Eritrea
ES|ESP|Tây Ban Nha|Spain
ET|ETH|Ethiopia|Ethiopia
FI|FIN|Phần Lan|Finland
FJ|FJI|Fiji|Fiji
FK|FLK|Quần đảo Falkland|Falkland Islands
FM|FSM|Micronesia|Micronesia
FO|FRO|Quần đảo Faroe|Faroe Islands
FR|FRA|Pháp|France
GA|GAB|Gabon|Gabon
GB|GBR|Vương quốc Anh|United Kingdom
GD|GRD|Grenada|Grenada
GE|GEO|Georgia|Georgia
GF|GUF|Guiana thuộc Pháp|French Guiana
GG|GGY|Guernsey|Guernsey
GH|GHA|Ghana|Ghana
GI|GIB|Gibraltar|Gibraltar
GL|GRL|Greenland|Greenland
GM|GMB|Gambia|Gambia
GN|GIN|Guinea|Guinea
GP|GLP|Guadeloupe|Guadeloupe
GQ|GNQ|Guinea Xích Đạo|Equatorial Guinea
GR|GRC|Hy Lạp|Greece
GS|SGS|Nam Georgia & Quần đảo Nam Sandwich|South Georgia & South Sandwich Islands
GT|GTM|Guatemala|Guatemala
GU|GUM|Guam|Guam
GW|GNB|Guinea-Bissau|Guinea-Bissau
GY|GUY|Guyana|Guyana
HK|HKG|Đặc khu Hành chính Hồng Kông, Trung Quốc|Hong Kong SAR China
HM|HMD|Quần đảo Heard và McDonald|Heard & McDonald Islands
HN|HND|Honduras|Honduras
HR|HRV|Croatia|Croatia
HT|HTI|Haiti|Haiti
HU|HUN|Hungary|Hungary
ID|IDN|Indonesia|Indonesia
IE|IRL|Ireland|Ireland
IL|ISR|Israel|Israel
IM|IMN|Đảo Man|Isle of Man
IN|IND|Ấn Độ|India
IO|IOT|Lãnh thổ Ấn Độ Dương thuộc Anh|British Indian Ocean Territory
IQ|IRQ|Iraq|Iraq
IR|IRN|Iran|Iran
IS|ISL|Iceland|Iceland
IT|ITA|Italy|Italy
JE|JEY|Jersey|Jersey
JM|JAM|Jamaica|Jamaica
JO|JOR|Jordan|Jordan
JP|JPN|Nhật Bản|Japan
KE|KEN|Kenya|Kenya
KG|KGZ|Kyrgyzstan|Kyrgyzstan
KH|KHM|Campuchia|Cambodia
KI|KIR|Kiribati|Kiribati
KM|COM|Comoros|Comoros
KN|KNA|St. Kitts và Nevis|St. Kitts & Nevis
KP|PRK|Triều Tiên|North Korea
KR|KOR|Hàn Quốc|South Korea
KW|KWT|Kuwait|Kuwait
KY|CYM|Quần đảo Cayman|Cayman Islands
KZ|KAZ|Kazakhstan|Kazakhstan
LA|LAO|Lào|Laos
LB|LBN|Li-băng|Lebanon
LC|LCA|St. Lucia|St. Lucia
LI|LIE|Liechtenstein|Liechtenstein
LK|LKA|Sri Lanka|Sri Lanka
LR|LBR|Liberia|Liberia
LS|LSO|Lesotho|Lesotho
LT|LTU|Litva|Lithuania
LU|LUX|Luxembourg|Luxembourg
LV|LVA|Latvia|Latvia
LY|LBY|Libya|Libya
MA|MAR|Ma-rốc|Morocco
MC|MCO|Monaco|Monaco
MD|MDA|Moldova|Moldova
ME|MNE|Montenegro|Montenegro
MF|MAF|St. Martin|St. Martin
MG|MDG|Madagascar|Madagascar
MH|MHL|Quần đảo Marshall|Marshall Islands
MK|MKD|Bắc Macedonia|North Macedonia
ML|MLI|Mali|Mali
MM|MMR|Myanmar (Miến Điện)|Myanmar (Burma)
MN|MNG|Mông Cổ|Mongolia
MO|MAC|Đặc khu Hành chính Macao, Trung Quốc|Macao SAR China
MP|MNP|Quần đảo Bắc Mariana|Northern Mariana Islands
MQ|MTQ|Martinique|Martinique
MR|MRT|Mauritania|Mauritania
MS|MSR|Montserrat|Montserrat
MT|MLT|Malta|Malta
MU|MUS|Mauritius|Mauritius
MV|MDV|Maldives|Maldives
MW|MWI|Malawi|Malawi
MX|MEX|Mexico|Mexico
MY|MYS|Malaysia|Malaysia
MZ|MOZ|Mozambique|Mozambique
NA|NAM|Namibia|Namibia
NC|NCL|New Caledonia|New Caledonia
NE|NER|Niger|Niger
NF|NFK|Đảo Norfolk|Norfolk Island
NG|NGA|Nigeria|Nigeria
NI|NIC|Nicaragua|Nicaragua
NL|NLD|Hà Lan|Netherlands
NO|NOR|Na Uy|Norway
NP|NPL|Nepal|Nepal
NR|NRU|Nauru|Nauru
NU|NIU|Niue|Niue
NZ|NZL|New Zealand|New Zealand
OM|OMN|Oman|Oman
PA|PAN|Panama|Panama
PE|PER|Peru|Peru
PF|PYF|Polynesia thuộc Pháp|French Polynesia
PG|PNG|Papua New Guinea|Papua New Guinea
PH|PHL|Philippines|Philippines
PK|PAK|Pakistan|Pakistan
PL|POL|Ba Lan|Poland
PM|SPM|Saint Pierre và Miquelon|St. Pierre & Miquelon
PN|PCN|Quần đảo Pitcairn|Pitcairn Islands
PR|PRI|Puerto Rico|Puerto Rico
PS|PSE|Lãnh thổ Palestine|Palestinian Territories
PT|PRT|Bồ Đào Nha|Portugal
PW|PLW|Palau|Palau
PY|PRY|Paraguay|Paraguay
QA|QAT|Qatar|Qatar
RE|REU|Réunion|Réunion
RO|ROU|Romania|Romania
RS|SRB|Serbia|Serbia
RU|RUS|Nga|Russia
RW|RWA|Rwanda|Rwanda
SA|SAU|Ả Rập Xê-út|Saudi Arabia
SB|SLB|Quần đảo Solomon|Solomon Islands
SC|SYC|Seychelles|Seychelles
SD|SDN|Sudan|Sudan
SE|SWE|Thụy Điển|Sweden
SG|SGP|Singapore|Singapore
SH|SHN|St. Helena|St. Helena
SI|SVN|Slovenia|Slovenia
SJ|SJM|Svalbard và Jan Mayen|Svalbard & Jan Mayen
SK|SVK|Slovakia|Slovakia
SL|SLE|Sierra Leone|Sierra Leone
SM|SMR|San Marino|San Marino
SN|SEN|Senegal|Senegal
SO|SOM|Somalia|Somalia
SR|SUR|Suriname|Suriname
SS|SSD|Nam Sudan|South Sudan
ST|STP|São Tomé và Príncipe|São Tomé & Príncipe
SV|SLV|El Salvador|El Salvador
SX|SXM|Sint Maarten|Sint Maarten
SY|SYR|Syria|Syria
SZ|SWZ|Eswatini|Eswatini
TC|TCA|Quần đảo Turks và Caicos|Turks & Caicos Islands
TD|TCD|Chad|Chad
TF|ATF|Lãnh thổ phía Nam Thuộc Pháp|French Southern Territories
TG|TGO|Togo|Togo
TH|THA|Thái Lan|Thailand
TJ|TJK|Tajikistan|Tajikistan
TK|TKL|Tokelau|Tokelau
TL|TLS|Timor-Leste|Timor-Leste
TM|TKM|Turkmenistan|Turkmenistan
TN|TUN|Tunisia|Tunisia
TO|TON|Tonga|Tonga
TR|TUR|Thổ Nhĩ Kỳ|Türkiye
TT|TTO|Trinidad và Tobago|Trinidad & Tobago
TV|TUV|Tuvalu|Tuvalu
TW|TWN|Đài Loan|Taiwan
TZ|TZA|Tanzania|Tanzania
UA|UKR|Ukraina|Ukraine
UG|UGA|Uganda|Uganda
UM|UMI|Các tiểu đảo xa của Hoa Kỳ|U.S. Outlying Islands
US|USA|Hoa Kỳ|United States
UY|URY|Uruguay|Uruguay
UZ|UZB|Uzbekistan|Uzbekistan
VA|VAT|Thành Vatican|Vatican City
VC|VCT|St. Vincent và Grenadines|St. Vincent & Grenadines
VE|VEN|Venezuela|Venezuela
VG|VGB|Quần đảo Virgin thuộc Anh|British Virgin Islands
VI|VIR|Quần đảo Virgin thuộc Hoa Kỳ|U.S. Virgin Islands
VN|VNM|Việt Nam|Vietnam
VU|VUT|Vanuatu|Vanuatu
WF|WLF|Wallis và Futuna|Wallis & Futuna
WS|WSM|Samoa|Samoa
YE|YEM|Yemen|Yemen
YT|MYT|Mayotte|Mayotte
ZA|ZAF|Nam Phi|South Africa
ZM|ZMB|Zambia|Zambia
ZW|ZWE|Zimbabwe|Zimbabwe
"""

COUNTRIES = {row.split("|")[0]: Country(*row.split("|")) for row in _ROWS.split("\n") if row}

# Everyday words of lists, folded; CLDR's own names are added to them.
_SPOKEN = {
    "viet nam": "VN", "vietnam": "VN", "vietnamese": "VN", "viet": "VN", "my": "US", "usa": "US", "american": "US", "anh": "GB", "uk": "GB",
    "british": "GB", "england": "GB", "han quoc": "KR", "korea": "KR", "korean": "KR", "south korea": "KR", "trung quoc": "CN", "chinese": "CN",
    "nhat": "JP", "nhat ban": "JP", "japanese": "JP", "phap": "FR", "french": "FR", "duc": "DE", "german": "DE", "uc": "AU", "australian": "AU",
    "dai loan": "TW", "taiwan": "TW", "taiwanese": "TW", "lao": "LA", "campuchia": "KH", "cambodia": "KH", "khmer": "KH", "thai lan": "TH",
    "thai": "TH", "an do": "IN", "indian": "IN", "nga": "RU", "russian": "RU", "philippin": "PH", "filipino": "PH", "malaysia": "MY",
    "singapore": "SG", "hong kong": "HK", "ha lan": "NL", "y": "IT", "italian": "IT", "tay ban nha": "ES", "canada": "CA",
}


@cache
def _names() -> dict[str, str]:
    """Folded name or code -> alpha-2."""
    known: dict[str, str] = {}
    for country in COUNTRIES.values():
        for word in (country.code, country.alpha3, country.vi, country.en):
            known.setdefault(vietnamese.letters(word), country.code)
    return known | _SPOKEN


def read_country(text: str) -> str:
    """Read a country or nationality word or code as ISO 3166 alpha-2.

    Raises Refused: countries.unknown.
    """
    word = vietnamese.letters(text).removeprefix("quoc tich ").removeprefix("nguoi ")
    code = _names().get(word)
    if code is None:
        raise Refused("countries.unknown")
    return code
