"""The legacy feed: the seventeen rules of the ground truth, applied by hand, give what the script wrote."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.model import read_document


def rules(retail: Path) -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in read_document(retail / "truth" / "legacy_rules.yaml").data}


def by_order(rows: Iterable[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    orders: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if row["test"] != "Y" and row["status"] != "X":  # R08, R09
            orders.setdefault(row["order_no"], []).append(row)
    return orders


def by_hand(rows: list[dict[str, str]], known: dict[str, dict[str, Any]], countries: dict[str, str]) -> dict[str, str]:
    one = rows[0]
    last, first = one["cust_name"].split(", ")
    day, month, year = one["order_dt"].split(".")
    total = sum(Decimal(r["amount"].replace(".", "").replace(",", ".")) for r in rows)
    return {
        "ORDER_ID": one["order_no"],
        "CUSTOMER_ID": "C" + one["cust_no"].zfill(8),
        "CUSTOMER_NAME": f"{first} {last}",
        "EMAIL": one["email"].lower(),
        "ORDER_DATE": f"{year}-{month}-{day}",
        "STATUS": known["R06"]["values"][one["status"]],
        "PAYMENT": known["R07"]["values"][one["pay"]],
        "CHANNEL": one["channel"] or "STORE",
        "DISCOUNT_PCT": str(min(int(one["disc"]), 30)),
        "COUNTRY": countries[one["country"]],
        "TOTAL": str(total),
        "LINES": str(len(rows)),
        "REGION": {"GB": "UK", "US": "OVERSEAS"}.get(one["country"], "EU"),
        "SHIPPING": "FREE" if total >= 100 else "STANDARD",
        "WEIGHT_KG": str(Decimal(sum(int(r["weight_g"]) for r in rows)) / 1000 + Decimal("0.000")),
    }


def test_the_rules_by_hand_give_the_feed(retail: Path) -> None:
    with (retail / "legacy/feed_in.csv").open(encoding="cp1252", newline="") as f:
        orders = by_order(csv.DictReader(f, delimiter=";"))
    with (retail / "legacy/feed_out.csv").open(encoding="utf-8", newline="") as f:
        written = list(csv.DictReader(f))
    with (retail / "refs/countries.csv").open(encoding="utf-8", newline="") as f:
        countries = {row["alpha2"]: row["name_en"] for row in csv.DictReader(f)}
    known = rules(retail)
    assert written == [by_hand(rows, known, countries) for rows in orders.values()]


def test_there_are_seventeen_rules_of_mixed_kinds(retail: Path) -> None:
    known = rules(retail)
    assert list(known) == [f"R{i:02}" for i in range(1, 18)]
    assert {rule["kind"] for rule in known.values()} == {
        "move", "format", "translation", "filter", "default", "cap", "lookup", "aggregation", "conditional", "unit",
    }  # fmt: skip


def test_five_rules_are_documented(retail: Path) -> None:
    documented = [rule for rule in rules(retail).values() if rule["documented"] == "yes"]
    page = (retail / "docs" / "legacy_feed.md").read_text(encoding="utf-8")
    assert len(documented) == 5
    assert sum(line[:1].isdigit() for line in page.splitlines()) == 5
    assert all(f"`{rule['target']}`" in page for rule in documented)


def test_every_rule_meets_rows_it_changes(retail: Path) -> None:
    with (retail / "legacy/feed_in.csv").open(encoding="cp1252", newline="") as f:
        rows = list(csv.DictReader(f, delimiter=";"))
    assert {r["test"] for r in rows} == {"Y", "N"}
    assert {r["status"] for r in rows} == {"N", "S", "D", "X", "R"}
    assert {r["pay"] for r in rows} == {"1", "2", "3", "4"}
    assert "" in {r["channel"] for r in rows}
    assert max(int(r["disc"]) for r in rows) > 30
    assert {"GB", "US", "DE"} <= {r["country"] for r in rows}
    assert any(r["email"].isupper() for r in rows)


def test_the_feed_loses_no_letter_to_its_encoding(retail: Path) -> None:
    text = (retail / "legacy/feed_in.csv").read_bytes().decode("cp1252")
    assert "?" not in text
    assert "ü" in text
