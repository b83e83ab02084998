"""What a column means is decided for the column: values against chance, and its name."""

from __future__ import annotations

import random
from itertools import pairwise

import polars as pl
import pytest

from workbench.profiling import ColumnProfile, profile
from workbench.profiling.words import name_says, tokens


def column(name: str, values: list[object]) -> ColumnProfile:
    return profile(pl.DataFrame({name: values}), relations=False)[name]


def meaning(name: str, values: list[object]) -> str:
    found = column(name, values).semantic
    return found.type if found else ""


PEOPLE = ["Anna Smith", "John Miller", "Peter Jones", "Mary Brown", "Linda Taylor", "James Wilson", "Emma Moore"]
REVERSED = [", ".join(reversed(p.split())) for p in PEOPLE]
EMAILS = [f"{p.split()[0].lower()}{n}@example.org" for n, p in enumerate(PEOPLE)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (EMAILS, "email"),
        (["https://a.example/x", "www.b.example", "http://c.example"], "url"),
        (["10.0.0.1", "192.168.1.20", "::1"], "ip"),
        (["8f14e45f-ceea-467f-a9a8-1e0d6b0a3b1c", "45c48cce-2e2d-4fbd-ae0c-8a8f1b1f3c8d"], "uuid"),
        (["DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606"], "iban"),
        (["+49 30 901820", "+44 20 7946 0958", "+1 206 555 0100"], "phone"),
        (["(206) 454-9742", "(312) 744-3200", "(415) 554-4000"], "phone"),
        (PEOPLE, "person_name"),
        (["Germany", "France", "Italy", "Spain"], "country"),
        (["DEU", "FRA", "ITA", "ESP"], "country"),
        (["EUR", "USD", "GBP", "CHF"], "currency"),
        (["male", "female"], "gender"),
        (["yes", "no"], "boolean"),
        (["SW1A 1AA", "M1 1AE", "EC1A 1BB"], "postcode"),
        (["12 High Street", "7 Oak Avenue", "101 Main St"], "street"),
        (["Hauptstraße 5", "Goethestraße 12", "Am Ring 7"], "street"),
        (["Acme Inc.", "Globex GmbH", "Initech LLC", "Umbrella Corp."], "company"),
        (["978-3-16-148410-0", "978-0-306-40615-7"], "isbn"),
        (["10.1000/182", "10.1145/3299869.3314033"], "doi"),
        (["€ 1,50", "€ 20,00", "€ 3,99"], "money"),
        (["12 %", "30 %", "7 %"], "percentage"),
    ],
)
def test_values_alone_tell(values: list[object], expected: str) -> None:
    assert meaning("x", values) == expected


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("surname", ["nguyen", "zordan", "kowalczyk"], "family_name"),
        ("FirstName", ["Xanthe", "Quentin", "Bo"], "given_name"),
        ("suburb", ["yunderup", "abbotsford", "kew"], "city"),
        ("zip", [60601, 60602, 10115], "postcode"),
        ("dob", ["25/12/1990", "03/04/1985"], "birth_date"),
        ("soc_sec_id", [5304218, 4066625, 4365168], "national_id"),
        ("sex", ["M", "F"], "gender"),
        ("lang", ["en", "de", "fr"], "language"),
        ("qty", [1, 2, 5], "quantity"),
        ("unitPrice", [1.5, 2.75], "money"),
        ("lat", [52.5200, 48.8566], "latitude"),
        ("cust_no", ["C-1", "C-2"], "id"),
        ("KUNNR", ["0000100001", "0000100002"], "id"),
        ("Website", ["https://a.example", "https://b.example"], "url"),
        ("fax", ["2065550100", "3125550199"], "phone"),
        ("release_year", [1994, 2003, 1999], "year"),
    ],
)
def test_the_name_and_the_values_tell_together(name: str, values: list[object], expected: str) -> None:
    assert meaning(name, values) == expected


def test_random_numbers_are_no_cards_though_one_in_ten_passes() -> None:
    draw = random.Random(3)
    values = ["4" + "".join(draw.choice("0123456789") for _ in range(15)) for _ in range(200)]
    assert meaning("x", list(values)) != "card"


def test_cards_with_right_check_digits_are() -> None:
    def luhn(number: str) -> str:
        digits = [int(d) * (2 - n % 2) for n, d in enumerate(reversed(number + "0"), 1)]
        doubled = [int(d) for d in reversed(number)]
        total = sum(d if n % 2 else (2 * d - 9 if 2 * d > 9 else 2 * d) for n, d in enumerate(doubled))
        del digits
        return number + str(-total % 10)

    draw = random.Random(3)
    values = [luhn("4" + "".join(draw.choice("0123456789") for _ in range(14))) for _ in range(60)]
    assert meaning("x", list(values)) == "card"


def test_order_numbers_are_no_telephone_numbers() -> None:
    assert meaning("order_no", [f"{n}" for n in range(2065550100, 2065550150)]) == "id"


def test_two_letter_codes_of_states_are_not_taken_for_countries_by_their_name() -> None:
    assert meaning("state", ["CA", "NY", "TX", "IL", "WA"]) == "state"
    assert meaning("country", ["CA", "DE", "IT", "IL", "FR"]) == "country"


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (PEOPLE, "First Last"),
        (REVERSED, "Last, First"),
        ([" ".join(reversed(p.split())) for p in PEOPLE], "Last First"),
        ([f"{a}, {b}" for a, b in pairwise(PEOPLE)], "list"),
    ],
)
def test_the_order_of_a_name_is_decided_for_the_column(values: list[object], form: str) -> None:
    found = column("name", values).semantic
    assert found is not None
    assert (found.type, found.form) == ("person_name", form)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["+493090182", "+12065550100", "+442079460958"], "E164"),
        (["+49 30 90182", "+1 206 555 0100", "+44 20 7946 0958"], "international"),
        (["(206) 454-9742", "312-744-3200", "415.554.4000"], "national US"),
        (["(206) 454-9742", "+1 312 744 3200", "415-554-4000"], "mixed US"),
    ],
)
def test_the_form_of_telephone_numbers(values: list[object], form: str) -> None:
    found = column("phone", values).semantic
    assert found is not None
    assert found.form == form


def test_the_forms_of_countries() -> None:
    forms = {
        "name": ["Germany", "France", "Italy"],
        "alpha-2": ["DE", "FR", "IT", "ES", "AT"],
        "alpha-3": ["DEU", "FRA", "USA", "GBR"],
        "mixed": ["Germany", "France", "IT", "ES"],
    }
    for form, values in forms.items():
        found = column("country", list(values)).semantic
        assert found is not None
        assert found.form == form


def test_personal_data_is_flagged() -> None:
    frame = pl.DataFrame({"email": EMAILS, "status": ["open"] * 7, "surname": ["Oz"] * 7, "sku": ["A1"] * 7})
    facts = profile(frame)
    assert [c.name for c in facts.columns if c.personal] == ["email", "surname"]


def test_a_stray_value_among_few_has_no_say() -> None:
    assert meaning("x", ["yes"] * 300 + ["no"] * 300 + ["https://a.example"]) == "boolean"


def test_evidence_is_in_words() -> None:
    found = column("email", list(EMAILS)).semantic
    assert found is not None
    assert found.evidence == ("100% of the values are e-mail addresses", "the name says so")


def test_names_are_split_into_words() -> None:
    assert tokens("billingPostalCode_2") == ("billing", "postal", "code", "2")
    assert tokens("customer.e-mail") == ("e", "mail")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("customeremail", "email"),
        ("dateOfBirth", "birth_date"),
        ("Phone1", "phone"),
        ("is_active", "boolean"),
        ("PSTLZ", "postcode"),
    ],
)
def test_names_that_speak(name: str, kind: str) -> None:
    says = name_says(name)
    assert max(says, key=lambda k: says[k]) == kind


@pytest.mark.parametrize(
    ("name", "values", "not_this"),
    [
        ("x", ["D", "M", "S", "W"], "gender"),
        ("mut_idx", [0.0300152, 0.0335337], "id"),
        ("log_total", [1.584962501, 10.02097994], "money"),
        ("state", ["active", "closed"], "state"),
        ("x", ["3.14.15", "1.2.3"], "ip"),
    ],
)
def test_what_looks_alike_is_told_apart(name: str, values: list[object], not_this: str) -> None:
    assert meaning(name, values) != not_this
