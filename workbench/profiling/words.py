"""What a column's name says about its meaning."""

from __future__ import annotations

import re
from functools import cache

from . import reference

__all__ = ["name_says", "tokens"]

_SPLIT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-zß-öø-ÿ]+|[A-Z]+|\d+")

# Phrases by meaning. A phrase at the end of a name is its head noun and says most ('billing_city').
PHRASES = {
    "email": "email, e mail, mail, email address, mail address, correo, courriel",
    "phone": "phone, telephone, tel, mobile, cell, fax, telefon, handy, telefono, gsm, msisdn, phone number, phone no,"
    " phone nr, tel no, tel nr, mobile number, mobile no, fax number, cell phone, contact number, telefone, mobil",
    "given_name": "first name, given name, fname, forename, vorname, prenom, given, christian name, name first, first,"
    " firstname, givenname, given names, primer nombre, rufname, middle name",
    "family_name": "last name, family name, lname, surname, nachname, nom famille, apellido, last, name last, lastname,"
    " familyname, sname, familienname, second name, apellidos",
    "person_name": "full name, person name, contact name, customer name, client name, patient name, employee name,"
    " display name, contact person, fullname, vor und nachname, name full, nombre completo, holder name, cardholder,"
    " author, authors, author name, owner name, ansprechpartner, account holder, customername, username full",
    "company": "company, organisation, organization, org, employer, firm, vendor, supplier, business name, firma,"
    " company name, org name, account name, corporation, business, publisher, legal name, trade name, agency",
    "country": "country, nation, land, pays, pais, country code, country name, nationality, cntry, ctry, country of",
    "state": "state, province, region, county, bundesland, state code, state province, prov, kanton, canton",
    "city": "city, town, suburb, locality, municipality, ort, stadt, ville, ciudad, citta, village, wohnort, gemeinde",
    "street": "street, address, addr, strasse, straße, rue, address line, street address, address 1, address 2, line 1,"
    " street name, adresse, direccion, indirizzo, street 1, street 2, road, addr line, str",
    "postcode": "zip, zipcode, zip code, postcode, post code, postal code, postal, plz, cp, postleitzahl, zip 5, pcode,"
    " postalcode, zip plus, codigo postal, code postal",
    "currency": "currency, ccy, curr, currency code, waehrung, währung, devise, moneda, iso currency",
    "iban": "iban, account iban",
    "card": "card, card number, card no, cc, credit card, pan, cc number, creditcard, kreditkarte",
    "language": "language, lang, locale, sprache, langue, idioma, language code",
    "gender": "gender, sex, geschlecht, sexe, sexo, genre",
    "birth_date": "birth date, birthdate, dob, date of birth, born, born on, birthday, geburtsdatum, birth, date birth,"
    " date naissance, fecha nacimiento, geb datum, gebdat",
    "national_id": "ssn, soc sec, social security, national id, passport, passport no, nin, soc sec id, tax id, tfn,"
    " social security number, steuer id, tax number, nino, sin, aadhaar, national number",
    "username": "username, user name, login, user login, userid login, screen name, nickname",
    "url": "url, website, web, link, homepage, uri, web site, site url, web page, webseite, href",
    "ip": "ip, ip address, ip addr, ipaddress, client ip, remote addr",
    "uuid": "uuid, guid",
    "isbn": "isbn", "ean": "ean, gtin, barcode, upc, ean 13", "doi": "doi",
    "latitude": "latitude, lat", "longitude": "longitude, lon, lng, long",
    "money": "amount, price, total, balance, cost, revenue, salary, fee, saldo, betrag, preis, subtotal, income, gross,"
    " net, unit price, amt, payment, turnover, umsatz, montant, prix, credit limit, wage, budget, sales, tax amount",
    "quantity": "qty, quantity, count, units, menge, pieces, stock, anzahl, number of, cantidad, quantite, num of, pcs",
    "percentage": "percent, pct, percentage, rate, share, ratio, prozent, discount, vat rate",
    "year": "year, jahr, annee, yr, yob, year of",
    "age": "age, alter, edad",
    "date": "date, datetime, timestamp, time, until, since, datum, created at, updated at, created, updated, modified",
    "boolean": "is, has, flag, active, enabled, deleted, valid, verified, opt in, consent, indicator, ind, newsletter",
    "text": "description, remark, remarks, comment, comments, note, notes, memo, text, message, bemerkung, abstract,"
    " details, body, summary, feedback, review",
    "id": "id, key, no, nr, num, number, code, identifier, ref, reference, sku, serial, kennung, nummer, idx, index,"
    " seq, pk, fk, article, artnr, kdnr, rowid, handle, hash, token",
}  # fmt: skip


@cache
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters.

    >>> tokens("CustomerFirstName"), tokens("cust_no"), tokens("Zip-Code2"), tokens("URLPath")
    (('customer', 'first', 'name'), ('cust', 'no'), ('zip', 'code', '2'), ('url', 'path'))
    """
    return tuple(part.lower() for part in _SPLIT.findall(name.rsplit(".", 1)[-1]))


@cache
def _phrases() -> dict[str, list[tuple[str, ...]]]:
    return {kind: [tuple(p.split()) for p in text.split(", ")] for kind, text in PHRASES.items()}


@cache
def name_says(name: str) -> dict[str, float]:
    """How strongly a column's name speaks for each meaning, 0 to 1; only those it speaks for.

    >>> name_says("billing_city"), name_says("crm.customers.e-mail")
    ({'city': 1.0}, {'email': 1.0})
    >>> name_says("email_verified")
    {'email': 0.4, 'boolean': 1.0}
    """
    words = tokens(name)
    while len(words) > 1 and words[-1].isdigit():  # phone_1, phone_2
        words = words[:-1]
    joined = "".join(words)
    found: dict[str, float] = {}
    for kind, phrases in _phrases().items():
        best = max((_strength(words, joined, phrase) for phrase in phrases), default=0.0)
        if best:
            found[kind] = best
    if words and words[-1] in reference.words("roles"):
        found["person_name"] = max(0.7, found.get("person_name", 0.0))
    if "first" in words[-1:] and "name" not in words and len(words) > 1:
        found.pop("given_name", None)
    if found.get("id", 0) and any(strength >= 0.9 for kind, strength in found.items() if kind != "id"):
        found["id"] = 0.5  # 'phone number' and 'country code' are a phone and a country first
    return found


def _strength(words: tuple[str, ...], joined: str, phrase: tuple[str, ...]) -> float:
    size = len(phrase)
    if words[-size:] == phrase:
        return 1.0
    if size > 1 and joined.endswith("".join(phrase)):
        return 1.0
    if size == 1 and len(phrase[0]) >= 5 and joined.endswith(phrase[0]):
        return 0.9  # customeremail
    if size == 1 and len(words) == 1 and len(phrase[0]) >= 4 and joined.startswith(phrase[0]):
        return 0.5
    if phrase[0] in ("is", "has") and words[:1] == phrase:
        return 0.8
    for at in range(len(words) - size):
        if words[at : at + size] == phrase:
            return 0.4
    return 0.0


def related(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: the share of words they have in common, order aside."""
    a, b = set(tokens(one)), set(tokens(other))
    stems = {word.rstrip("s") for word in a} & {word.rstrip("s") for word in b}
    return len(stems) / max(1, min(len(a), len(b))) if a and b else 0.0
