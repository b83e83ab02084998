"""recordlinkage at its best: supervised classifiers, measures, and its indexers and comparers as plug-ins.

The one place that imports recordlinkage and pandas, and only when called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import MissingExtraError, UsageError

from .indexing import Indexer, Pairs
from .linking import Linkage
from .records import Records
from .similarity import Comparer, comparers

__all__ = ["as_comparer", "as_indexer", "classify", "measures", "register_comparer"]

Kind = Literal["logistic", "naive_bayes", "svm", "ecm", "kmeans"]
CLASSES = {
    "logistic": "LogisticRegressionClassifier",
    "naive_bayes": "NaiveBayesClassifier",
    "svm": "SVMClassifier",
    "ecm": "ECMClassifier",
    "kmeans": "KMeansClassifier",
}
UNSUPERVISED = frozenset(("ecm", "kmeans"))


def _recordlinkage() -> Any:
    try:
        import recordlinkage
    except ImportError:
        raise MissingExtraError.of("recordlinkage", "linkage", "this way of classifying") from None
    return recordlinkage


def features(linkage: Linkage, pairs: pl.DataFrame) -> Any:
    """Binary features of pairs, one per comparison level, as the pandas frame that recordlinkage wants."""
    import pandas as pd

    columns: dict[str, NDArray[np.int8]] = {}
    for comparison in linkage.model.comparisons:
        level = pairs[f"level:{comparison.id}"].fill_null(255).to_numpy()
        for i, lv in enumerate(comparison.levels[:-1]):
            columns[f"{comparison.id}: {lv.label}"] = (level <= i).astype(np.int8)
        columns[f"{comparison.id}: missing"] = (level == 255).astype(np.int8)
    varied = {n: c for n, c in columns.items() if len(c) and c.min() != c.max()}
    return pd.DataFrame(varied, index=pd.RangeIndex(pairs.height))


def classify(linkage: Linkage, labels: pl.DataFrame | None = None, *, kind: Kind = "logistic") -> pl.DataFrame:
    """Classify a run's pairs by one of recordlinkage's classifiers.

    Args:
        linkage: A run.
        labels: `read_labels`; not needed for 'ecm' and 'kmeans'.
        kind: The classifier.

    Returns:
        ``linkage.pairs`` with a column ``classified``, and ``classified_probability`` where the classifier has one.

    Raises:
        MissingExtraError: recordlinkage is not installed.
        UsageError: A supervised kind has no labels of both sorts.
    """
    from .labelling import labelled

    if kind not in CLASSES:
        raise UsageError(f"there is no classifier '{kind}'", cure=f"known: {', '.join(CLASSES)}")
    rl = _recordlinkage()
    pairs = linkage.pairs
    table = features(linkage, pairs)
    classifier = getattr(rl, CLASSES[kind])()
    if kind in UNSUPERVISED:
        found = classifier.fit_predict(table)
    else:
        known = (
            labelled(linkage, labels).filter(pl.col("weight").is_not_null()) if labels is not None else pl.DataFrame()
        )
        if not known.height or known["match"].n_unique() < 2:
            raise UsageError(f"'{kind}' needs labels of both sorts", cure="label some pairs as matches and some as not")
        train = features(linkage, known).reindex(columns=table.columns, fill_value=0)
        match = train.index[known["match"].to_numpy()]
        classifier.fit(train, match)
        found = classifier.predict(table)
    verdict = np.zeros(pairs.height, bool)
    verdict[np.asarray(found, dtype=np.int64)] = True
    out = pairs.with_columns(classified=pl.Series(verdict))
    if kind in ("logistic", "naive_bayes", "ecm"):
        out = out.with_columns(classified_probability=pl.Series(np.asarray(classifier.prob(table), np.float64)))
    return out


def measures(found: pl.DataFrame, true: pl.DataFrame, total: int | None = None) -> dict[str, float]:
    """recordlinkage's evaluation measures of links against the truth.

    Args:
        found: Columns system_l, id_l, system_r, id_r.
        true: The same.
        total: All pairs possible, for accuracy and specificity.
    """
    rl = _recordlinkage()
    links_found, links_true = _multi_index(found), _multi_index(true)
    out = {
        "precision": rl.precision(links_true, links_found) if len(links_found) else 1.0,
        "recall": rl.recall(links_true, links_found) if len(links_true) else 1.0,
    }
    out["fscore"] = 2 * out["precision"] * out["recall"] / max(out["precision"] + out["recall"], 1e-12)
    if total is not None:
        out["accuracy"] = rl.accuracy(links_true, links_found, total)
        out["specificity"] = rl.specificity(links_true, links_found, total)
    return {k: float(v) for k, v in out.items()}


def _multi_index(pairs: pl.DataFrame) -> Any:
    import pandas as pd

    left, right = (pl.concat_str(f"system_{s}", f"id_{s}", separator=":") for s in "lr")
    both = pairs.select(a=pl.min_horizontal(left, right), b=pl.max_horizontal(left, right)).unique()
    return pd.MultiIndex.from_arrays([both["a"].to_list(), both["b"].to_list()])


def as_comparer(feature: Any) -> Comparer:
    """A recordlinkage comparer (of its ``BaseCompareFeature``) as one of ours, for levels with test 'custom'.

    Args:
        feature: As in ``recordlinkage.compare.String("x", "x", method="jarowinkler")``, or one of your own; its
            labels do not matter.

    Raises:
        UsageError: It is no such comparer.
    """
    _must_be(feature, "BaseCompareFeature", "comparer")

    def compare(left: Sequence[str], right: Sequence[str]) -> NDArray[np.floating[Any]]:
        import pandas as pd

        if not left:  # some of its comparers cannot take none
            return np.zeros(0)
        found = feature._compute_vectorized(pd.Series(left, dtype=object), pd.Series(right, dtype=object))
        return np.asarray(found, np.float64)

    return compare


def register_comparer(name: str, feature: Any) -> None:
    """Make a recordlinkage comparer usable in link models as ``{test: custom, using: NAME, at: …}``."""
    comparers.add(name, as_comparer(feature))


def as_indexer(algorithm: Any) -> Indexer:
    """A recordlinkage indexer (of its ``BaseIndexAlgorithm``) as one of ours, for `link`; for small data.

    Args:
        algorithm: As in ``recordlinkage.index.SortedNeighbourhood("surname", window=5)``, or one of your own; it
            sees the standardised fields.

    Raises:
        UsageError: It is no such indexer.
    """
    _must_be(algorithm, "BaseIndexAlgorithm", "indexer")

    def pairs(records: Records) -> Pairs:
        import pandas as pd

        fields = records.frame().drop("system", "source_id")
        found = algorithm.index(pd.DataFrame({c: fields[c].to_list() for c in fields.columns}))
        left, right = (np.asarray(found.get_level_values(i), dtype=np.int64) for i in (0, 1))
        return np.minimum(left, right).astype(np.uint32), np.maximum(left, right).astype(np.uint32)

    return pairs


def _must_be(thing: Any, base: str, kind: str) -> None:
    _recordlinkage()
    from recordlinkage import base as bases

    if not isinstance(thing, getattr(bases, base)):
        cure = f"give an object of a class that extends recordlinkage.base.{base}"
        raise UsageError(f"{type(thing).__name__} is no {kind} of recordlinkage", cure=cure)
