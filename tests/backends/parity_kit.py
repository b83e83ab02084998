"""Nasty rows, every step and every row operation as small specs, and what two engines' answers differ in."""
# ruff: noqa: E501 - values stand side by side

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from workbench.backends import Applied, normalise, schema_of
from workbench.mapping import Resolved, resolve
from workbench.model import Spec

TEXTS = [
    "", " ", "\t\n", "\u00a0", "\u3000 \u2003", "Ada", " Ada  King ", "straße", "STRASSE", "İstanbul", "ılık", "ΣΊΣΥΦΟΣ",
    "Σ", "σς", "ﬁne", "ŉ", "ǆungla", "Ǆ", "e\u0301cole", "o\u0302\u0323x", "a\u0300\u0301", "naïve café", "😀 ok", "🤦🏼‍♂️",
    "🇩🇪🇫🇷", "日本 語", "العربية", "שלום עולם", "ªº", "Ⅷ ⅷ", "ⓐⓑ", "mary-ann o'neill", "3rd street", "a3b c4D",
    "x" * 3000, "é" * 1000, "a,b", "a;b;c", "/", "a/b/c", "//", "a//b", "van Dyk, Maria", "Lovelace, Ada", "Maria van der Berg",
    "de la Cruz Juan", "van van x", "Turing,Alan", ",", "a,", "Ada", "CRM-1", "CRM-", "crm-2", "CRM-CRM-3", "12 kg", " kg",
    "N/A", "-", "yes", "No", "TRUE", "x", "0", "1", "M", "F", "m", "Male", "a\nb", "a\r\nb", "a\n", "\na", "'", '"', "\\", "$1", "\\1",
    "%", "_", "a.b", "(x)", "[y]", "{z}", "a\x0bb", "\u200b", "\ufeff", "\x1f", "\x7f", "100%", "null", "NULL", "None", "NaN",
    "\u0085", "ﬀ", "ẞ", "ʼn", "ΐ", "ᾳ", "ა", "Ა", "ꭰ", "𐐨", "ｆｕｌｌ", "𝔘", "٣", "१२", "a\u00adb", "a\u0338=",
]  # fmt: skip
NUL = ["\x00", "a\x00b", "CRM-\x00", "1\x00", " \x00 "]
NUMBERS = [
    "0", "-0", "+1", "1-", "1+", "-1-", "--1", "1", "007", "12.5", "12,5", "1.234,50", "1,234.50", "1.234.567,891", "1234,5",
    "12.34.567", "1.23,4", ",5", "5,", ".5", "5.", "1e5", "1E-5", "1e999", "1e-999", "1.5e300", "0e-999", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "99999999999999999999", "1" * 38, "1" * 39, "9" * 28 + ",99",
    "0" * 50 + "1", "1," + "0" * 40, "1,0000000001", "1,00000000001", "0,005", "-0,005", "2,5", "-2,5", "3,5", "1.005", "2.675",
    "١٢", "1 234", "1\u00a0234", "0x10", "Infinity", "nan", "1'234", "12345678901234567.89", "0.000000000000000001",
    "0.0000000000000000001", "5e-324", "1.7976931348623157e308", "0.1", "99.995", "0.5", "1.5", "-1.5", "1/2", "½", "1_000",
    "12345678901234567890.123456789012345678", "9999999999999999999.5", "-99999999999999999999.5", "0.99999",
]  # fmt: skip
DATES = [
    "31/12/2024", "1/2/2024", "01/02/2024", "31/02/2024", "29/02/2023", "29/02/2024", "29/02/1900", "29/02/2000", "00/01/2024",
    "01/00/2024", "01/13/2024", "31/04/2024", "01/01/0000", "01/01/0001", "31/12/9999", "1/1/10000", "01/01/24", "01/01/69",
    "01/01/70", "01-Jan-2024", "01-jan-2024", "1-JANUARY-2024", "31-Feb-2024", "01-Mai-2024", "20240131", "2024131", "20240230",
    "2024-01-31", "2024-1-31", "2024-02-30", "0001-01-01", "0000-01-01", "9999-12-31", "2024-01-31T10:20:30",
    "2024-01-31 10:20:30.5", "2024-01-31 24:00:00", "2024-01-31 23:59:60", "2024-01-31T10:20:30Z", "2024-01-31T10:20:30+02:00",
    "2024-01-31T10:20:30+0200", "2024-01-31T10:20:30-14:00", "2024-01-31T10:20:30+15:00", "2024-01-31T10:20:30.123456Z",
    "2024-01-31T10:20:30.1234567Z", "31.01.2024 02:30", "27.10.2024 02:30", "31.03.2024 02:30", "31.12.2024 12:00 am",
    "31.12.2024 12:00 PM", "31.12.2024 13:00 PM", "31/12/2024x", " 31/12/2024", "31 /12/2024", "٣١/١٢/٢٠٢٤", "31/12/-2024",
    "01/01/1582", "31.03.1985 00:30", "30.09.1979 00:00", "6PM", "18:25:57", "6:05AM", "25:00", "2024-W01-1", "now", "today", "epoch",
]  # fmt: skip


def _mixed(rng: random.Random, pool: list[str], nul: bool) -> str | None:
    dice = rng.random()
    if dice < 0.06:
        return None
    if nul and dice < 0.07:
        return rng.choice(NUL)
    value = rng.choice(pool)
    if dice > 0.85:  # splice two values: what no list foresees
        other = rng.choice(pool)
        value = value[: rng.randint(0, len(value))][:50] + other[rng.randint(0, len(other)) :][:50]
    if dice > 0.97:
        value = " " + value + "\u00a0"
    return value


def nasty_frame(rows: int, seed: int = 1, *, nul: bool = False) -> pl.DataFrame:
    """Rows that hurt: blanks, scripts of the world, marks, emoji, dates and numbers at and over every edge."""
    rng = random.Random(seed)
    every = TEXTS + NUMBERS + DATES
    pools = {"t": TEXTS, "s": TEXTS, "n": NUMBERS, "n2": NUMBERS, "d": DATES, "x": every}
    columns: dict[str, list[Any]] = {}
    for name, pool in pools.items():
        head: list[Any] = list(pool)[:rows]
        columns[name] = head + [_mixed(rng, pool, nul) for _ in range(rows - len(head))]
        rng.shuffle(columns[name])
    some = lambda make: [None if rng.random() < 0.08 else make() for _ in range(rows)]  # noqa: E731
    whole = [0, 1, -1, 7, 10, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 10**17, 10**18, 86399, 86400, -86401]
    exact = [Decimal(v) for v in ("0", "0.005", "-0.005", "1.005", "2.5", "-2.5", "12.345678", "1e9", "-99999.99999")]
    exact += [Decimal("1e31"), Decimal("-9.9e30"), Decimal("123456789012345678.123456"), Decimal("0.000001")]
    floats = [0.0, -0.0, 0.1, 0.005, 1.005, -2.5, 1e-7, 1e17, 1e18, 1e22, 1e300, 5e-324, 2.0**53, 123456.789]
    start = datetime(1970, 1, 1)
    columns["i"] = some(lambda: rng.choice(whole) if rng.random() < 0.5 else rng.randint(-(10**6), 10**6))
    columns["m"] = some(lambda: rng.choice(exact))
    columns["f"] = some(lambda: rng.choice(floats) if rng.random() < 0.5 else rng.uniform(-1e6, 1e6))
    columns["b"] = some(lambda: rng.random() < 0.5)
    columns["on"] = some(lambda: date(1, 1, 1) + timedelta(days=rng.randint(0, 3_652_058)))
    columns["at"] = some(lambda: (start + timedelta(microseconds=rng.randint(0, 2**51))).replace(tzinfo=UTC))
    columns["local"] = some(lambda: start + timedelta(seconds=1800 * rng.randint(0, 1_000_000)))
    columns["key"] = some(lambda: rng.choice(["A", "B", "C", "ß", "", "é", "e\u0301"]))
    columns["items"] = some(
        lambda: [rng.choice(TEXTS) if rng.random() < 0.9 else None for _ in range(rng.randint(0, 3))]
    )
    columns["place"] = some(lambda: {"city": rng.choice(TEXTS), "no": rng.choice(whole)})
    columns["id"] = list(range(rows))
    schema = dict.fromkeys(pools, pl.String) | {
        "i": pl.Int64, "m": pl.Decimal(38, 6), "f": pl.Float64, "b": pl.Boolean, "on": pl.Date,
        "at": pl.Datetime("us", "UTC"), "local": pl.Datetime("us"), "key": pl.String, "items": pl.List(pl.String),
        "place": pl.Struct({"city": pl.String, "no": pl.Int64}), "id": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=schema, strict=False)


os.environ.setdefault("WORKBENCH_PARITY_KEY", "a key for the cases of hash")

# A case: name → (from, steps), the column(s) it reads and the steps as written in a spec.
STEP_CASES: dict[str, tuple[Any, Any]] = {
    "trim": ("x", ["trim"]),
    "trim characters": ("x", [{"trim": {"characters": "0a. -", "side": "start"}}]),
    "trim end": ("x", [{"trim": {"side": "end"}}]),
    "collapse_space": ("x", ["collapse_space"]),
    "upper": ("t", ["upper"]),
    "lower": ("t", ["lower"]),
    "title": ("t", ["title"]),
    "prefix": ("x", [{"prefix": "CRM-'\\$1"}]),
    "suffix": ("x", [{"suffix": " kg"}]),
    "strip_prefix": ("t", [{"strip_prefix": "CRM-"}]),
    "strip_prefix optional": ("t", [{"strip_prefix": {"text": "a", "optional": "true"}}]),
    "strip_suffix": ("t", [{"strip_suffix": " kg"}]),
    "strip_suffix optional": ("t", [{"strip_suffix": {"text": "x", "optional": "true"}}]),
    "replace": ("x", [{"replace": {"old": "a", "new": "\\0$1é"}}]),
    "replace dot": ("x", [{"replace": {"old": ".", "new": ""}}]),
    "replace_pattern": ("x", [{"replace_pattern": {"pattern": "[^0-9]+", "new": "\\1$0"}}]),
    "replace_pattern ^": ("x", [{"replace_pattern": {"pattern": "^[a-zA-Z]", "new": "-"}}]),
    "replace_pattern $": ("x", [{"replace_pattern": {"pattern": "\\s+$", "new": ""}}]),
    "extract": ("x", [{"extract": "([0-9]{2,4})"}]),
    "extract whole": ("x", [{"extract": {"pattern": "^.+$", "group": "0"}}]),
    "extract second": ("x", [{"extract": {"pattern": "^([^,]+),(.*)$", "group": "2", "optional": "true"}}]),
    "extract absent group": ("x", [{"extract": {"pattern": "^(a)?([^a]*)", "group": "1"}}]),
    "split first": ("x", [{"split": {"separator": "/"}}]),
    "split third": ("x", [{"split": {"separator": "/", "part": "2"}}]),
    "split last": ("x", [{"split": {"separator": ".", "part": "-1"}}]),
    "split second last": ("x", [{"split": {"separator": "//", "part": "-2", "optional": "true"}}]),
    "concat": (["t", "s", "key"], [{"concat": ", "}]),
    "substring": ("t", [{"substring": {"start": "1", "count": "2"}}]),
    "substring end": ("t", [{"substring": {"start": "-3"}}]),
    "substring both": ("t", [{"substring": {"start": "-4", "count": "2"}}]),
    "substring none": ("t", [{"substring": {"start": "2", "count": "0"}}]),
    "pad": ("t", [{"pad": "5"}]),
    "pad end": ("t", [{"pad": {"width": "7", "fill": "é", "side": "end"}}]),
    "keep digits": ("x", [{"keep": "digits"}]),
    "keep letters": ("x", [{"keep": "letters"}]),
    "keep both": ("x", [{"keep": "letters_and_digits"}]),
    "mask": ("t", [{"mask": "2"}]),
    "mask all": ("t", ["mask"]),
    "json": ("t", [{"prefix": '{"a": [1.50, {"b": "'}, {"suffix": '"}], "n": 1e5}'}, {"json": "$.a[1].b"}]),
    "json number": ("n", [{"prefix": '{"a": '}, {"suffix": "}"}, {"json": "$.a"}]),
    "translate": ("t", [{"translate": {"values": {"M": "Male", "F": "Female", "é": "e"}}}]),
    "translate keep": ("t", [{"translate": {"values": {"M": "Male"}, "unmapped": "keep"}}]),
    "translate null": ("t", [{"translate": {"values": {"M": "Male"}, "unmapped": "null"}}]),
    "translate default": ("t", [{"translate": {"values": {"M": "Male"}, "unmapped": "default", "default": "?"}}]),
    "translate case": ("t", [{"translate": {"values": {"STRASSE": "1", "İstanbul": "2"}, "ignore_case": "true"}}]),
    "default": ("t", [{"default": "unknown"}]),
    "coalesce": (["t", "s", "key"], ["coalesce"]),
    "constant": ("t", [{"constant": "it's"}]),
    "null_if": ("t", [{"null_if": ["N/A", "-", "null"]}]),
    "boolean": ("t", ["boolean"]),
    "boolean words": ("t", [{"boolean": {"yes": ["M", "ﬁne", "é"], "no": ["F", "m", "-"]}}]),
    "cast integer": ("n", [{"cast": "integer"}]),
    "cast decimal": ("n", [{"cast": {"to": "decimal", "digits": "2"}}]),
    "cast decimal 0": ("n", [{"cast": {"to": "decimal", "digits": "0"}}]),
    "cast float": ("n", [{"cast": "float"}]),
    "cast boolean": ("x", ["lower", {"cast": "boolean"}]),
    "cast date": ("d", [{"cast": "date"}]),
    "cast timestamp": ("d", [{"cast": "timestamp"}]),
    "cast integer to text": ("i", [{"cast": "text"}]),
    "cast integer to boolean": ("i", [{"cast": "boolean"}]),
    "cast integer to float": ("i", [{"cast": "float"}]),
    "cast integer to decimal": ("i", [{"cast": {"to": "decimal", "digits": "18"}}]),
    "cast decimal to text": ("m", [{"cast": "text"}]),
    "cast decimal to integer": ("m", [{"cast": "integer"}]),
    "cast decimal to float": ("m", [{"cast": "float"}]),
    "cast float to integer": ("f", [{"cast": "integer"}]),
    "cast float to decimal": ("f", [{"cast": {"to": "decimal", "digits": "2"}}]),
    "cast float to text": ("f", [{"cast": "text"}]),
    "cast boolean to text": ("b", [{"cast": "text"}]),
    "cast boolean to integer": ("b", [{"cast": "integer"}]),
    "cast date to text": ("on", [{"cast": "text"}]),
    "cast date to timestamp": ("on", [{"cast": "timestamp"}]),
    "cast timestamp to text": ("at", [{"cast": "text"}]),
    "cast timestamp to date": ("at", [{"cast": "date"}]),
    "cast local to text": ("local", [{"cast": "text"}]),
    "hash": ("t", ["hash"]),
    "hash keyed": ("t", [{"hash": "WORKBENCH_PARITY_KEY"}]),
    "uuid5": (["t", "key"], [{"uuid5": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}]),
    "parse_number": ("n", ["parse_number"]),
    "parse_number group": ("n", [{"parse_number": {"decimal": ",", "group": "."}}]),
    "parse_number digits": ("n", [{"parse_number": {"decimal": ",", "digits": "2"}}]),
    "parse_number whole": ("n", [{"parse_number": {"decimal": ",", "group": "'", "digits": "0"}}]),
    "format_number": ("m", ["format_number"]),
    "format_number group": ("m", [{"format_number": {"digits": "3", "decimal": ",", "group": "."}}]),
    "format_number whole": ("m", [{"format_number": {"digits": "0", "group": ","}}]),
    "format_number integer": ("i", [{"format_number": {"digits": "2", "group": " "}}]),
    "format_number at least": ("m", [{"format_number": {"digits": "4", "at_least": "1"}}]),
    "scale": ("n", [{"parse_number": {"decimal": ",", "group": "."}}, {"scale": {"by": "0.01"}}]),
    "scale up": ("m", [{"scale": {"by": "1000000000000", "digits": "4"}}]),
    "round": ("m", [{"round": "2"}]),
    "round whole": ("m", [{"round": "0"}]),
    "round integer": ("i", [{"round": "3"}]),
    "add": ("i", [{"add": "1"}]),
    "add field": ("m", [{"add": {"field": "i"}}]),
    "add read": ("m", [{"add": {"field": "n", "steps": [{"parse_number": {"decimal": ",", "group": "."}}]}}]),
    "subtract": ("i", [{"subtract": {"field": "i"}}]),
    "subtract read": ("i", [{"subtract": {"field": "n", "steps": [{"parse_number": {"digits": "2"}}]}}]),
    "subtract number": ("m", [{"subtract": "0.000001"}]),
    "multiply": ("i", [{"multiply": "1000"}]),
    "multiply field": ("m", [{"round": "4"}, {"multiply": {"field": "m"}}]),
    "multiply read": ("i", [{"multiply": {"field": "n2", "steps": ["trim", {"cast": "integer"}]}}]),
    "divide": ("i", [{"divide": {"by": "3", "digits": "2"}}]),
    "divide field": ("m", [{"divide": {"field": "i", "digits": "4"}}]),
    "divide read": ("m", [{"divide": {"field": "n", "steps": [{"parse_number": {"decimal": ","}}], "digits": "3"}}]),
    "divide text": ("m", [{"divide": {"field": "n2", "digits": "0"}}]),
    "bucket": ("i", [{"bucket": "7"}]),
    "bucket up": ("m", [{"bucket": {"to": "0.25", "mode": "up", "start": "-1.1"}}]),
    "bucket nearest": ("m", [{"bucket": {"to": "0.5", "mode": "nearest"}}]),
    "bucket away": ("i", [{"bucket": {"to": "10", "mode": "away"}}]),
    "bucket toward": ("i", [{"bucket": {"to": "10", "mode": "toward", "start": "3"}}]),
    "cap": ("i", [{"cap": {"at_most": "100", "at_least": "-5"}}]),
    "cap decimal": ("m", [{"cap": {"at_most": "1.5"}}]),
    "unit": ("m", [{"unit": {"from": "lb", "to": "kg"}}]),
    "unit digits": ("i", [{"unit": {"from": "km", "to": "mi", "digits": "1"}}]),
    "parse_date": ("d", [{"parse_date": "%d/%m/%Y"}]),
    "parse_date two": ("d", [{"parse_date": ["%d/%m/%y", "%Y-%m-%d"]}]),
    "parse_date name": ("d", [{"parse_date": ["%d-%b-%Y", "%d-%B-%Y"]}]),
    "parse_date tight": ("d", [{"parse_date": "%Y%m%d"}]),
    "parse_timestamp": ("d", [{"parse_timestamp": ["%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S"]}]),
    "parse_timestamp offset": ("d", [{"parse_timestamp": ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]}]),
    "parse_timestamp zone": ("d", [{"parse_timestamp": {"formats": ["%d.%m.%Y %H:%M"], "zone": "Europe/Berlin"}}]),
    "parse_timestamp pm": ("d", [{"parse_timestamp": "%d.%m.%Y %I:%M %p"}]),
    "format_date": ("on", [{"format_date": "%d.%m.%Y %y %b %B %%"}]),
    "format_date quotes": ("on", [{"format_date": "'%Y' \"yy\" d"}]),
    "format_date time": ("at", [{"format_date": "%Y-%m-%dT%H:%M:%S.%f%z"}]),
    "format_date pm": ("local", [{"format_date": "%I:%M %p"}]),
    "format_date parts": ("on", [{"format_date": "%-d.%-m. %A %j %V %G %q"}]),
    "timezone": ("at", [{"timezone": "America/New_York"}]),
    "timezone back": ("local", [{"timezone": "Europe/Berlin"}]),
    "timezone half": ("local", [{"timezone": "Australia/Lord_Howe"}]),
    "parse_clock": ("d", [{"parse_clock": ["%H:%M:%S", "%I%p", "%I:%M%p"]}]),
    "clock": ("local", ["clock"]),
    "format_clock": ("i", [{"cap": {"at_most": "1000000", "at_least": "-1000000"}}, {"format_clock": "%-I:%M %p"}]),
    "reorder_name": ("t", [{"reorder_name": {"from": "Last, First", "to": "First Last"}}]),
    "reorder_name 2": ("t", [{"reorder_name": {"from": "First Last", "to": "Last, First"}}]),
    "reorder_name 3": ("t", [{"reorder_name": {"from": "Last First", "to": "First Last"}}]),
    "reorder_name 4": ("t", [{"reorder_name": {"from": "First Last", "to": "Last First"}}]),
    "split_name first": ("t", [{"split_name": {"from": "Last, First", "part": "first"}}]),
    "split_name last first": ("t", [{"split_name": {"from": "Last First", "part": "first"}}]),
    "split_name": ("t", [{"split_name": {"from": "First Last", "part": "last"}}]),
    "phone": ("n", [{"phone": {"region": "GB"}}]),
    "phone valid": ("n", [{"phone": {"region": "US", "check": "valid"}}]),
    "phone from": ("n", [{"phone": {"region_from": "key", "to": "international", "check": "possible"}}]),
    "phone national": ("n", [{"phone": {"region": "DE", "to": "national"}}]),
    "phone digits": ("n", [{"phone": {"region": "DE", "to": "digits", "check": "possible"}}]),
    "email": ("t", [{"suffix": "@example.org"}, "email"]),
    "country": ("t", [{"default": "Deutschland"}, "country"]),
    "country alpha3": ("t", [{"default": "Österreich"}, {"country": "alpha3"}]),
    "country numeric": ("t", [{"default": "UK"}, {"country": "numeric"}]),
    "country name": ("t", [{"default": "DE"}, {"country": "name"}]),
    "currency": ("t", [{"default": "€"}, "currency"]),
    "postcode": ("n", [{"postcode": {"country_from": "key"}}]),
    "postcode one": ("n", [{"postcode": "DE"}]),
    "build": (["t", "s"], [{"build": {"parts": [{"from": "1", "steps": ["upper"]}, {"text": ", "}, {"from": "0"}]}}]),
    "item": ("items.0", ["trim"]),
    "item last": ("items.-1", ["trim"]),
    "member": ("place.city", ["upper"]),
    "member integer": ("place.no", [{"add": "1"}]),
}
# A field can also be cases; and what happens to errors is part of the meaning.
FIELD_CASES: dict[str, dict[str, Any]] = {
    "case": {"case": [{"when": {"field": "t", "contains": "a."}, "then": "dot"}, {"when": {"all": [
        {"field": "i", "greater": "0"}, {"not": {"field": "b", "equals": "true"}}]}, "from": "s", "steps": ["upper"]}],
        "else": "other"},
    "case like": {"case": [{"when": {"field": "t", "starts_with": "C"}, "then": "c"},
        {"when": {"field": "t", "matches": "^[A-M]"}, "then": "m"}, {"when": {"field": "t", "equals_field": "s"}, "then": "same"},
        {"when": {"field": "t", "less": "é"}, "then": "less"}, {"when": {"field": "m", "at_most": "2.5"}, "then": "small"}]},
    "on_error null": {"from": "d", "steps": [{"parse_date": "%d/%m/%Y"}], "on_error": "null"},
    "on_error default": {"from": "d", "steps": [{"parse_date": "%d/%m/%Y"}], "on_error": "default", "default": "1900-01-01"},
    "case steps": {"case": [{"when": {"field": "n", "steps": ["parse_number"], "greater": "1"}, "then": "more"},
        {"when": {"not": {"field": "d", "steps": [{"parse_date": "%d/%m/%Y"}], "is_null": "true"}}, "then": "day"}],
        "else": "other"},
    "value": {"value": "it's \\ a constant"},
}  # fmt: skip
ROW_CASES: dict[str, list[dict[str, Any]]] = {
    "filter": [{"filter": {"field": "key", "not_in": ["A", "B"]}, "book_as": "skipped"}],
    "filter text order": [{"filter": {"field": "t", "at_least": "a"}}],
    "filter is_in": [{"filter": {"any": [{"field": "t", "in": ["a,b", "Ada", "x"]}, {"field": "i", "less": "0"}]}}],
    "filter not": [{"filter": {"all": [{"field": "t", "is_blank": "false"}, {"field": "s", "not_equals": "Ada"}]}}],
    "filter steps": [{"filter": {"any": [{"field": "n", "steps": ["parse_number"], "at_least": "1"},
        {"field": "n", "steps": [{"cast": "integer"}], "less": "0"},
        {"field": "d", "steps": [{"parse_date": "%d/%m/%Y"}], "less": "2000-01-01"}]}}],
    "lookup reject": [{"lookup": {"table": "ref", "match": {"key": "code"}, "take": {"label": "name", "rank": "rank"}}}],
    "lookup null": [{"lookup": {"table": "ref", "match": {"key": "code"}, "take": {"label": "name"}, "on_miss": "null"}}],
    "lookup drop": [{"lookup": {"table": "ref", "match": {"key": "code"}, "take": {"label": "name"}, "on_miss": "drop"}}],
    "lookup n:n": [{"lookup": {"table": "many", "match": {"key": "code"}, "take": {"label": "name"}, "cardinality": "n:n",
        "on_miss": "null"}}],
    "lookup steps": [{"lookup": {"table": "ref", "match": {"t": "code"}, "take": {"label": "name"}, "steps": ["upper"],
        "on_miss": "null"}}],
    "keep_latest": [{"keep_latest": {"by": ["key"], "order_by": "i"}}],
    "keep_latest ties": [{"keep_latest": {"by": ["key", "b"], "order_by": "b"}}],
    "keep_latest dates": [{"keep_latest": {"by": ["t"], "order_by": "d", "steps": [{"parse_date": "%d/%m/%Y"}]}}],
    "explode": [{"explode": {"field": "items", "into": "label", "position": "rank"}}],
    "group": [{"group": {"by": ["key"], "take": {"label": {"any": "t"}, "rank": {"sum": "i"}, "least": {"min": "s"},
        "most": {"max": "at"}, "how_many": {"count": "t"}, "kinds": {"count_distinct": "t"}, "total": {"sum": "m"},
        "flag": {"max": "b"}, "rows": {"count": None}}}}],
    "group steps": [{"group": {"by": ["key"], "steps": {"n": [{"parse_number": ","}, {"round": "2"}],
        "s": [{"strip_prefix": "a"}, {"strip_suffix": "b"}]}, "take": {"total": {"sum": "n"}, "least": {"min": "s"},
        "most": {"max": "n"}}}}],
    "unpivot": [{"unpivot": {"fields": ["t", "s"], "name": "rank_name", "value": "label"}}],
    "union": [{"union": {"table": "more"}}],
    "split": [{"split": {"tag": "kind", "into": {"home": {"label": "t", "amount": "m"}, "work": {"label": "s", "amount": "m"}}}}],
    "two": [{"filter": {"field": "b", "is_null": "false"}}, {"explode": {"field": "items", "into": "label"}},
        {"keep_latest": {"by": ["label"], "order_by": "id"}}],
}  # fmt: skip


def spec_of(fields: dict[str, Any], rows: list[dict[str, Any]] | None, frame: pl.DataFrame) -> Spec:
    """A spec over the nasty columns; what it does not read is left out on purpose."""
    document = {
        "name": "nasty", "source": {"dataset": "nasty"}, "target": {"entity": "T"},
        "fields": {n: {"id": f"f{i}", **f} for i, (n, f) in enumerate(fields.items(), 1)},
        "rows": [{"id": f"r{i}", **r} for i, r in enumerate(rows or [], 1)],
        "row_key": frame.columns,
    }  # fmt: skip
    return Spec.model_validate(document)


def references(frame: pl.DataFrame) -> Callable[[str], pl.LazyFrame]:
    """The tables that lookups and unions name."""
    tables = {
        "ref": pl.DataFrame(
            {"code": ["A", "B", "B", "é", None], "name": ["Aa", "Bb", "Bb", " ", "x"], "rank": [1, 2, 2, 4, 5]}
        ),
        "many": pl.DataFrame({"code": ["A", "A", "ß"], "name": ["1", "2", "3"]}),
        "more": frame.head(7),
    }
    return lambda name: normalise(tables[name].lazy())


def resolved(fields: dict[str, Any], frame: pl.DataFrame, rows: list[dict[str, Any]] | None = None) -> Resolved:
    """The plan of fields and row steps."""
    tables = references(frame)
    return resolve(spec_of(fields, rows, frame), schema_of(frame), tables=lambda n: schema_of(tables(n)))


def together(fields: dict[str, Any], on_error: str) -> dict[str, Any]:
    """Cases as the fields of one spec; each says what becomes of a fault unless it did already."""
    return {"id": {"from": "id"}} | {f"v{i}": {"on_error": on_error} | f for i, f in enumerate(fields.values())}


def row_fields(case: str) -> dict[str, Any]:
    """Fields that show everything a row step makes."""
    made = {
        "lookup reject": ["label", "rank"], "explode": ["label", "rank"], "unpivot": ["label", "rank_name"],
        "split": ["label", "kind", "amount"], "two": ["label"],
    }.get(case, ["label"] if case.startswith("lookup") else [])  # fmt: skip
    if case == "group":
        made = ["key", "label", "rank", "least", "most", "how_many", "kinds", "total", "flag", "rows"]
        return {n: {"from": n} for n in made}
    if case == "group steps":
        return {n: {"from": n} for n in ("key", "total", "least", "most")}
    kept = ["id", "key", "i", "m", "b", "at"] + ([] if case == "unpivot" else ["t", "s"])
    return {n: {"from": n} for n in [*kept, *made]}


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    plain = [c for c, t in frame.schema.items() if not t.is_nested() and t != pl.Null]
    return frame.sort(plain, nulls_last=True) if plain else frame


def differences(left: Applied, right: Applied) -> list[str]:
    """What two answers differ in, order of rows aside; empty when they are equal."""
    out = []
    for what in ("passed", "rejected"):
        a, b = _sorted(getattr(left, what)), _sorted(getattr(right, what))
        if a.schema != b.schema:
            out.append(f"{what}: {a.schema} is not {b.schema}")
        elif a.height != b.height:
            out.append(f"{what}: {a.height} rows and {b.height}")
            out += _only(a, b)
        elif not a.equals(b):
            out.append(f"{what} differ")
            out += _only(a, b)
    if left.counts.to_dict() != right.counts.to_dict():
        out.append(f"counts: {left.counts} is not {right.counts}")
    return out


def _only(a: pl.DataFrame, b: pl.DataFrame) -> list[str]:
    flat = [c for c, t in a.schema.items() if not t.is_nested()]
    left, right = a.select(flat), b.select(flat)
    ones = left.join(right, on=flat, how="anti", nulls_equal=True).head(4)
    others = right.join(left, on=flat, how="anti", nulls_equal=True).head(4)
    return [f"  only left: {ones.to_dicts()}"[:1500], f"  only right: {others.to_dicts()}"[:1500]]
