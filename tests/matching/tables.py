"""Small tables that tests of matching share."""

from __future__ import annotations

import polars as pl

from workbench.model import DATE, TEXT, Contract, Field, decimal

N = 40


def crm() -> pl.DataFrame:
    """Forty customers as a CRM has them."""
    first = ["Ann", "Bob", "Carla", "Dmitri", "Eve", "Farid", "Gina", "Hugo"]
    last = ["Lee", "Stone", "Meyer", "Novak", "Ortiz", "Park", "Quinn", "Rossi", "Silva", "Tran"]
    return pl.DataFrame(
        {
            "cust_no": [f"C{1000 + i}" for i in range(N)],
            "CustomerName": [f"{last[i % 10]}, {first[i % 8]}" for i in range(N)],
            "sex": ["M" if i % 3 else "F" for i in range(N)],
            "dob": [f"{1 + i % 28:02d}/{1 + i % 12:02d}/{1950 + i}" for i in range(N)],
            "eMail": [f"{first[i % 8].lower()}{i}@example.org" for i in range(N)],
            "saldo": [f"{i * 7.5:.2f}" for i in range(N)],
            "zip": [f"{10000 + 37 * i}" for i in range(N)],
            "fax": [None] * N,
        },
        schema_overrides={"fax": pl.String},
    )


def customer() -> Contract:
    """A canonical customer."""
    return Contract(
        id="customer",
        name="Customer",
        version="1.0.0",
        fields=(
            Field("customer_id", TEXT, synonyms=("customer number",), required=True, key=1),
            Field("full_name", TEXT, synonyms=("customer name",), personal=True),
            Field("gender", TEXT, enum=("male", "female")),
            Field("born_on", DATE, description="Date of birth."),
            Field("email", TEXT, semantic_type="email", personal=True),
            Field("balance", decimal(2), synonyms=("saldo",)),
            Field("postcode", TEXT),
            Field("loyalty_tier", TEXT, enum=("gold", "silver", "bronze")),
        ),
    )


def shuffled(frame: pl.DataFrame, order: list[int]) -> pl.DataFrame:
    """The same table with its columns in another order."""
    return frame.select(frame.columns[k] for k in order)
