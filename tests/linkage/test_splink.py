"""Splink loads an exported model and scores the same pairs alike."""

from __future__ import annotations

import polars as pl
import pytest

from tests.linkage.people import doubled, model
from workbench.errors import NotPortableError, UsageError
from workbench.linkage import link, propose_model, splink_table, to_splink
from workbench.linkage.model import Comparison


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("several", [False, True])
def test_splink_scores_the_same_pairs_alike(several: bool):
    splink = pytest.importorskip("splink")
    frame = doubled(120, 8).drop("truth").rename({"first": "first_name", "last": "surname", "born": "birth_date"})
    frames = {"crm": frame.head(90), "erp": frame.tail(70)} if several else {"crm": frame}
    proposed = propose_model(frames, scope="across" if several else "all")
    done = link(
        frames, proposed.model_copy(update={"thresholds": proposed.thresholds.model_copy(update={"keep": 0.0})})
    )
    table = splink_table(done.records, done.model)
    api = splink.DuckDBAPI()
    linker = splink.Linker(api.register(table.to_arrow()), to_splink(done.model), log_level="ERROR")
    found = pl.from_arrow(linker.inference.predict().as_pyarrow_table())
    assert isinstance(found, pl.DataFrame)
    if not several:
        found = found.with_columns(source_dataset_l=pl.lit("crm"), source_dataset_r=pl.lit("crm"))

    def named(pairs: pl.DataFrame, *columns: str, weight: str) -> pl.DataFrame:
        a, b = (pl.concat_str(columns[i], columns[i + 1]) for i in (0, 2))
        return pairs.select(a=pl.min_horizontal(a, b), b=pl.max_horizontal(a, b), w=weight).unique()

    theirs = named(found, "source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r", weight="match_weight")
    ours = named(done.pairs, "system_l", "id_l", "system_r", "id_r", weight="weight")
    both = ours.join(theirs, on=["a", "b"], suffix="_splink")
    assert both.height == ours.height == theirs.height > 100
    # both compute in double precision; only the order of the sums differs
    assert (both["w"] - both["w_splink"]).abs().max() < 1e-6


def test_a_model_without_weights_is_not_exported():
    with pytest.raises(UsageError, match="no weights"):
        to_splink(model(prior=None))


def test_a_level_that_sql_cannot_say_is_named():
    levels = [{"test": "token_cosine", "at": 0.5, "m": 0.9, "u": 0.1}, {"test": "else", "m": 0.1, "u": 0.9}]
    tokens = Comparison.model_validate({"id": "city", "fields": "city", "levels": levels})
    with pytest.raises(NotPortableError, match="token_cosine"):
        to_splink(model(comparisons=(tokens,)))
