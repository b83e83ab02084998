"""Laws: a contract written and read again is the same contract, and every validator accepts the writing."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.model import (
    BOOLEAN,
    DATE,
    FLOAT,
    INTEGER,
    NULL,
    TEXT,
    TIME,
    TIMESTAMP,
    Contract,
    DataType,
    Field,
    Rule,
    Sla,
    decimal,
    diff_contracts,
    dump_contract,
    list_of,
    parse_contract,
    parse_document,
)

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from(" -_.'\"#:"), min_size=1, max_size=12
).filter(lambda t: t.strip() == t)
tricky = st.sampled_from(["NO", "no", "null", "~", "0123", "12:30", "1e3", "true", "- a", "{x", "5", "1.50"])
texts = words | tricky
maybe = st.none() | texts
several = st.lists(texts, max_size=3, unique=True).map(tuple)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
plain_types = st.sampled_from(
    [TEXT, INTEGER, FLOAT, BOOLEAN, DATE, TIME, TIMESTAMP, DataType("timestamp", local=True), NULL]
    + [decimal(n) for n in (0, 2, 8)]
)
members = st.lists(st.tuples(names, plain_types), min_size=1, max_size=3, unique_by=lambda m: m[0]).map(tuple)
structs = members.map(lambda m: DataType("struct", fields=m))
types = plain_types | structs | (plain_types | structs).map(list_of)
numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?", fullmatch=True).filter(lambda n: n != "-0")
whole = st.none() | st.integers(0, 10**6)


@st.composite
def fields(draw: st.DrawFn, name: str, key: int | None) -> Field:
    type_ = draw(types)
    limit = st.none() | (numbers if type_.is_numeric else texts)
    enum = draw(several)
    return Field(
        name=name,
        type=type_,
        required=draw(st.booleans()),
        unique=draw(st.booleans()),
        key=key,
        description=draw(st.just("") | texts),
        synonyms=draw(several),
        semantic_type=draw(maybe),
        enum=enum,
        labels={v: draw(texts) for v in enum if draw(st.booleans())},
        pattern=draw(maybe),
        minimum=draw(limit),
        maximum=draw(limit),
        min_length=draw(whole),
        max_length=draw(whole),
        format=draw(maybe | st.sampled_from(["%d/%m/%Y", "%Y-%m-%dT%H:%M:%S%:z", "decimal:, group:.", "%e"])),
        unit=draw(maybe),
        missing_values=draw(several),
        personal=draw(st.booleans()),
        classification=draw(maybe),
        examples=draw(several),
        references=draw(maybe | st.just("Customer.customer_id")),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    chosen = draw(st.lists(texts, max_size=4, unique=True))
    keyed = draw(st.permutations(chosen))[: draw(st.integers(0, len(chosen)))]
    made = [draw(fields(n, keyed.index(n) + 1 if n in keyed else None)) for n in chosen]
    places = [None, *(n for n in chosen if draw(st.booleans()))]
    rules = tuple(
        Rule(p, metric="nullValues", operator="mustBeLessThan", value=draw(st.integers(0, 9)), name=draw(names))
        for p in places
    )
    sla = tuple(Sla("latency", v, unit="s") for v in draw(st.lists(st.integers(0, 99) | names, max_size=2)))
    return Contract(
        id=draw(texts),
        name=draw(texts),
        version=draw(texts),
        status=draw(texts),
        fields=tuple(made),
        description=draw(st.just("") | texts),
        tags=draw(several),
        owner=draw(maybe),
        physical_name=draw(maybe),
        rules=rules,
        sla=sla,
    )


@cache
def standard() -> object:
    jsonschema = pytest.importorskip("jsonschema")
    text = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft201909Validator(json.loads(text))


@given(contracts())
@settings(deadline=None, max_examples=150)
def test_written_and_read_again_is_the_same(contract: Contract) -> None:
    text = dump_contract(contract)
    again = parse_contract(parse_document(text))
    assert again == contract
    assert diff_contracts(contract, again) == []
    assert dump_contract(again) == text


@given(contracts())
@settings(deadline=None, max_examples=40)
def test_an_independent_validator_accepts_what_is_written(contract: Contract) -> None:
    data = yaml.safe_load(dump_contract(contract))
    assert [e.message for e in standard().iter_errors(data)] == []  # type: ignore[attr-defined]


@given(contracts(), st.data())
@settings(deadline=None, max_examples=40)
def test_any_misspelt_key_of_a_field_is_a_fault(contract: Contract, data: st.DataObject) -> None:
    from workbench.errors import ContractError

    text = dump_contract(contract)
    lines = list(re.finditer(r"^  - name: .*\n    (logicalType): ", text, re.M))
    if not lines:
        return
    hit = data.draw(st.sampled_from(lines))
    spoilt = text[: hit.start(1)] + "requird: true\n    " + text[hit.start(1) :]
    with pytest.raises(ContractError, match="unknown key 'requird' → did you mean 'required'"):
        parse_contract(parse_document(spoilt))
