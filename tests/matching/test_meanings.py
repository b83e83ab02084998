"""Columns of another language, matched to a contract that says names and types only."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.matching import match
from workbench.model import DATE, TEXT, Contract, Field, dump_contract, write_text
from workbench.profiling import profile
from workbench.project import open_project
from workbench.proposing import Proposal

N = 120
PATIENTS = pl.DataFrame(
    {
        "Pat.-Nr.": [f"P{i:05}" for i in range(N)],
        "Nachname": (["Müller", "Schmidt", "Núñez", "O'Brien", "Şahin"] * N)[:N],
        "Vorname": (["Anna", "Jan", "Chloé", "Eva"] * N)[:N],
        "Geb. Datum": [f"{1 + i % 28:02}.{1 + i % 12:02}.{1940 + i % 60}" for i in range(N)],
        "Geschlecht": (["m", "w", "d", "M", "W "] * N)[:N],
        "Straße": [f"Hauptstr. {i % 90 + 1}" for i in range(N)],
        "PLZ": [f"{10115 + 7 * i}" for i in range(N)],
        "Ort": (["Köln", "Münster", "Aachen"] * N)[:N],
        "Telefon": [f"0221 {400000 + 37 * i}" for i in range(N)],
    }
)
PATIENT = Contract(
    id="Patient",
    name="Patient",
    version="1.0.0",
    tags=("canonical",),
    fields=(
        Field("patient_id", TEXT, required=True, key=1),
        Field("full_name", TEXT),
        Field("date_of_birth", DATE),
        Field("sex", TEXT, enum=("male", "female", "diverse")),
        Field("address", TEXT, description="Street and number, postcode and city"),
        Field("phone", TEXT),
        Field("email", TEXT),
    ),
)


def test_names_of_another_language_are_known_by_what_they_mean() -> None:
    found = match(profile(PATIENTS.lazy()), PATIENT)
    assert {m.target: m.sources for m in found.best} == {
        "patient_id": ("Pat.-Nr.",), "full_name": ("Vorname", "Nachname"), "date_of_birth": ("Geb. Datum",),
        "sex": ("Geschlecht",), "address": ("Straße", "PLZ", "Ort"), "phone": ("Telefon",),
    }  # fmt: skip


def test_two_columns_of_one_meaning_are_not_both_called_by_it() -> None:
    phones = PATIENTS.select("Telefon", pl.col("Telefon").str.reverse().alias("Handy"))
    assert match(profile(phones.lazy()), PATIENT).of("phone") is None


@pytest.fixture(scope="module")
def proposal(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    folder: Path = tmp_path_factory.mktemp("hospital")
    PATIENTS.write_csv(folder / "patients.csv", separator=";")
    write_text(folder / "Patient.odcs.yaml", dump_contract(PATIENT))
    return open_project(folder).propose("patients.csv", "Patient")


def test_a_draft_knows_columns_with_dots_in_their_names(proposal: Proposal) -> None:
    assert proposal.spec.fields["patient_id"].from_ == ("Pat.-Nr.",)
    assert proposal.spec.unmapped == ()


def test_a_translation_knows_values_without_the_blanks_that_are_trimmed_before(proposal: Proposal) -> None:
    trim, translate = proposal.spec.fields["sex"].steps
    assert trim.name == "trim"
    assert translate.args["values"] == {"m": "male", "M": "male", "w": "female", "W": "female", "d": "diverse"}
