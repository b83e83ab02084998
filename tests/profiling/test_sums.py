"""What numbers add up to: products and sums of columns, and of the items of a list."""

from __future__ import annotations

import polars as pl

from workbench.profiling import equations, profile


def found(frame: pl.DataFrame) -> list[str]:
    return [str(e) for e in equations(profile(frame), frame.lazy())]


def lines(rows: int = 120) -> pl.DataFrame:
    n = pl.int_range(rows, eager=True)
    return pl.DataFrame({"qty": n % 5 + 1, "price": (n * 37 % 900 + 101) / 100})


def test_a_product_is_found_though_it_is_written_with_a_comma_and_rounded() -> None:
    made = (lines()["qty"] * lines()["price"]).round(2)
    text = made.cast(pl.Decimal(12, 2)).cast(pl.String).str.replace(".", ",", literal=True)
    assert found(lines().with_columns(text.alias("amount"))) == ["'amount' is qty × price in 100.0 % of 120 rows"]


def test_a_sum_is_found_and_says_on_how_many_rows() -> None:
    n = pl.int_range(120, eager=True)
    frame = pl.DataFrame({"net": n * 7 + 3, "tax": n * 2 + 1}).with_columns(gross=pl.col("net") + pl.col("tax"))
    wrong = frame.with_columns(pl.when(pl.int_range(pl.len()) % 20 == 0).then(0).otherwise("gross").alias("gross"))
    assert found(wrong) == ["'gross' is net + tax in 95.0 % of 120 rows"]


def test_a_factor_that_is_always_one_shows_nothing() -> None:
    n = pl.int_range(120, eager=True)
    frame = pl.DataFrame({"qty": (n == 5).cast(pl.Int64) + 1, "price": n + 2})
    assert found(frame.with_columns(amount=pl.col("price") * pl.col("qty"))) == []


def test_products_of_items_are_summed_up_row_by_row_and_empty_lists_do_not_count() -> None:
    sold = lines().with_columns(order=pl.int_range(pl.len()) // 4)
    total = (pl.col("qty") * pl.col("price")).sum().alias("total")
    orders = sold.group_by("order", maintain_order=True).agg(pl.struct("qty", "price").alias("items"), total)
    orders = pl.concat([orders, orders.head(3).with_columns(items=pl.lit([]).cast(orders.schema["items"]))])
    assert found(orders) == ["'total' is the sum of items[].qty × items[].price over all items in 100.0 % of 30 rows"]


def test_a_handful_of_rows_proves_nothing() -> None:
    frame = lines(10).with_columns(amount=pl.col("qty") * pl.col("price"))
    assert found(frame) == []


def test_lists_of_a_fixed_length_are_summed_up_as_well() -> None:
    n = pl.int_range(60, eager=True)
    items = pl.struct(qty=n % 4 + 1, price=n * 7 + 3)
    pairs = (
        pl.DataFrame({"n": n // 2}).with_columns(items.alias("items")).group_by("n", maintain_order=True).agg("items")
    )
    worth = pl.element().struct.field("qty") * pl.element().struct.field("price")
    orders = pairs.with_columns(total=pl.col("items").list.eval(worth).list.sum()).drop("n")
    fixed = orders.with_columns(pl.col("items").list.to_array(2))
    assert found(fixed) == ["'total' is the sum of items[].qty × items[].price over all items in 100.0 % of 30 rows"]
