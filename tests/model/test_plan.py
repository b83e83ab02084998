"""Expressions are a graph: equal nodes are one node, and walking meets each once."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

from workbench.model import (
    BOOLEAN,
    INTEGER,
    TEXT,
    TypeClash,
    any_of,
    cast,
    coalesce,
    col,
    columns_of,
    compare,
    constant,
    decimal,
    lit,
    walk,
    when,
)  # fmt: skip


def test_equal_expressions_are_one_node():
    assert coalesce(col("a"), lit("x")) is coalesce(col("a"), lit("x"))


@pytest.mark.parametrize(("one", "other"), [(1, True), (1, Decimal(1)), (0, False)])
def test_constants_that_python_calls_equal_are_two_nodes(one: object, other: object):
    assert lit(one) is not lit(other)  # type: ignore[arg-type]


def test_a_node_never_changes():
    with pytest.raises(AttributeError):
        col("a").op = "lit"


def test_a_deep_shared_graph_is_walked_in_its_size_not_its_unfolding():
    node = col("a")
    for _ in range(200):
        node = coalesce(node, compare("=", node, node) and node)
        node = when([(compare("=", node, node), node)], node)
    assert len(list(walk([node]))) < 1000


def test_walking_gives_arguments_before_their_users():
    root = coalesce(col("a"), lit("x"))
    assert list(walk([root]))[-1] is root


def test_columns_are_named_in_order_of_use():
    assert columns_of(coalesce(col("b"), col("a")), col("b")) == ("b", "a")


def test_a_pickled_expression_is_the_same_node():
    node = coalesce(col("a"), lit("x"))
    assert pickle.loads(pickle.dumps(node)) is node


def test_types_that_do_not_fit_are_refused():
    with pytest.raises(TypeClash, match="one type"):
        coalesce(col("a"), col("n", INTEGER))


def test_integers_and_decimals_meet_in_a_decimal():
    assert coalesce(col("n", INTEGER), lit(Decimal("1.25"))).type == decimal(2)


def test_a_condition_must_be_boolean():
    with pytest.raises(TypeClash, match="boolean"):
        when([(col("a"), lit("x"))], lit("y"))


def test_one_condition_alone_is_itself():
    assert any_of(col("b", BOOLEAN)) is col("b", BOOLEAN)


def test_a_cast_to_the_same_type_is_nothing():
    assert cast(col("a"), TEXT) is col("a")


@pytest.mark.parametrize(("text", "type_"), [("x", INTEGER), ("1,5", decimal(2)), ("maybe", BOOLEAN)])
def test_a_constant_of_another_type_is_refused(text: str, type_: object):
    with pytest.raises(TypeClash, match="is not a"):
        constant(text, type_)  # type: ignore[arg-type]
