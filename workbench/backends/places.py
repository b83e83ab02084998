"""Facts about places: other names of countries, signs of currencies, forms of postcodes.

Sources: names in the countries' own and neighbouring languages as in Unicode CLDR; postcode forms as the
Universal Postal Union's addressing sheets give them; ISO 4217 for currencies.
"""

from __future__ import annotations

__all__ = ["COUNTRY_NAMES", "CURRENCY_SIGNS", "POSTCODES"]

COUNTRY_NAMES: dict[str, tuple[str, ...]] = {
    "AE": ("UAE", "Emirates", "Vereinigte Arabische Emirate"),
    "AR": ("Argentinien", "Argentine"),
    "AT": ("Österreich", "Oesterreich", "Autriche", "Oostenrijk", "AUT"),
    "AU": ("Australien", "Australie"),
    "BE": ("Belgien", "Belgique", "België", "Belgie", "Bélgica", "Belgio"),
    "BG": ("Bulgarien", "Bulgarie"),
    "BO": ("Bolivia",),
    "BR": ("Brasil", "Brasilien", "Brésil"),
    "CA": ("Kanada", "Canadá"),
    "CH": ("Schweiz", "Suisse", "Svizzera", "Suiza", "Zwitserland", "Helvetia"),
    "CI": ("Ivory Coast", "Elfenbeinküste"),
    "CN": ("PR China", "Chine", "Volksrepublik China"),
    "CZ": ("Czech Republic", "Tschechien", "Tschechische Republik", "Česko", "République tchèque"),
    "DE": ("Deutschland", "Allemagne", "Alemania", "Germania", "Duitsland", "Niemcy", "BRD", "Tyskland", "GER"),
    "DK": ("Dänemark", "Danmark", "Danemark", "Dinamarca", "Denemarken"),
    "EE": ("Estland", "Eesti"),
    "ES": ("Spanien", "España", "Espagne", "Spanje", "Spagna", "SPA"),
    "FI": ("Finnland", "Suomi", "Finlande"),
    "FR": ("Frankreich", "Francia", "Frankrijk", "Francja"),
    "GB": (
        "UK", "U.K.", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland", "Britain",
        "Großbritannien", "Grossbritannien", "Vereinigtes Königreich", "Royaume-Uni", "Reino Unido",
        "Regno Unito", "Verenigd Koninkrijk",
    ),
    "GR": ("Griechenland", "Hellas", "Grèce", "Grecia"),
    "HR": ("Kroatien", "Hrvatska", "Croatie"),
    "HU": ("Ungarn", "Magyarország", "Hongrie"),
    "IE": ("Irland", "Éire", "Republic of Ireland", "Irlande", "Ierland"),
    "IN": ("Indien", "Inde", "Bharat"),
    "IR": ("Iran",),
    "IS": ("Island",),
    "IT": ("Italien", "Italia", "Italie", "Italië"),
    "JP": ("Nippon", "Japon", "Giappone"),
    "KP": ("North Korea", "Nordkorea"),
    "KR": ("South Korea", "Korea", "Südkorea", "Corée du Sud"),
    "LA": ("Laos",),
    "LT": ("Litauen", "Lietuva"),
    "LU": ("Luxemburg", "Lussemburgo"),
    "LV": ("Lettland", "Latvija"),
    "MD": ("Moldova",),
    "MX": ("Mexiko", "México", "Mexique"),
    "NL": ("Niederlande", "Nederland", "Holland", "The Netherlands", "Pays-Bas", "Países Bajos", "Paesi Bassi"),
    "NO": ("Norwegen", "Norge", "Norvège", "Noruega"),
    "NZ": ("Neuseeland",),
    "PL": ("Polen", "Polska", "Pologne", "Polonia"),
    "PT": ("Portogallo",),
    "RO": ("Rumänien", "România", "Roumanie"),
    "RS": ("Serbien", "Srbija"),
    "RU": ("Russia", "Russland", "Russie", "Rusia", "Rossija"),
    "SE": ("Schweden", "Sverige", "Suède", "Suecia", "Zweden"),
    "SI": ("Slowenien", "Slovenija"),
    "SK": ("Slowakei", "Slovensko", "Slovak Republic"),
    "SY": ("Syria",),
    "TR": ("Turkey", "Türkei", "Turquie"),
    "TW": ("Taiwan",),
    "TZ": ("Tanzania",),
    "UA": ("Ukraina", "Ukrajina"),
    "US": (
        "U.S.", "U.S.A.", "America", "United States of America", "Vereinigte Staaten", "États-Unis",
        "Estados Unidos", "Stati Uniti", "Verenigde Staten",
    ),
    "VE": ("Venezuela",),
    "VN": ("Vietnam",),
    "ZA": ("Südafrika", "Afrique du Sud"),
}  # fmt: skip

# Only signs that one currency has: '$', 'kr' and '¥' are shared, so they are nobody's.
CURRENCY_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "zł": "PLN", "₴": "UAH",
    "₪": "ILS", "฿": "THB", "₫": "VND", "Kč": "CZK", "R$": "BRL", "US$": "USD", "A$": "AUD", "C$": "CAD",
    "CA$": "CAD", "HK$": "HKD", "NZ$": "NZD", "Fr.": "CHF", "SFr.": "CHF", "Ft": "HUF", "лв": "BGN",
}  # fmt: skip

_FOUR, _FIVE, _SIX = "([0-9]{4})", "([0-9]{5})", "([0-9]{6})"
# Country to (pattern over the code without blanks and hyphens, how it is written).
POSTCODES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("AT", "AU", "BE", "BG", "CH", "DK", "HU", "LU", "NO", "NZ", "SI", "ZA"), (_FOUR, r"\1")),
    **dict.fromkeys(("DE", "EE", "ES", "FI", "FR", "HR", "IT", "LT", "MX", "TR", "UA"), (_FIVE, r"\1")),
    **dict.fromkeys(("CN", "IN", "RO", "RU", "SG"), (_SIX, r"\1")),
    **dict.fromkeys(("CZ", "GR", "SE", "SK"), ("([0-9]{3})([0-9]{2})", r"\1 \2")),
    "BR": ("([0-9]{5})([0-9]{3})", r"\1-\2"),
    "CA": ("([A-Z][0-9][A-Z])([0-9][A-Z][0-9])", r"\1 \2"),
    "GB": ("([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})", r"\1 \2"),
    "IE": ("([A-Z][0-9]{2}|D6W)([A-Z0-9]{4})", r"\1 \2"),
    "JP": ("([0-9]{3})([0-9]{4})", r"\1-\2"),
    "LV": ("(?:LV)?([0-9]{4})", r"LV-\1"),
    "NL": ("([1-9][0-9]{3})([A-Z]{2})", r"\1 \2"),
    "PL": ("([0-9]{2})([0-9]{3})", r"\1-\2"),
    "PT": ("([0-9]{4})([0-9]{3})", r"\1-\2"),
    "US": ("([0-9]{5})()|([0-9]{5})([0-9]{4})", r"\1\3-\4"),  # ZIP, or ZIP+4; a bare hyphen is dropped
}
