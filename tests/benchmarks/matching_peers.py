"""The peers of matching on the same cases and measures; run by an interpreter that has them.

    python tests/benchmarks/matching_peers.py DIR [--only coma,jaccard] [--limit SECONDS] [--each SECONDS]

Needs no workbench. The interpreter has valentine and infermap, or bdi-kit (which pins an old valentine, so it wants
an environment of its own). Prints progress to stderr and one line of JSON: peer → recall at truth, MRR, F1,
CPU seconds. Valentine's own metrics judge its matchers: F1 after its one-to-one filter.

COMA with instances needs NLTK's stopwords, Cupid punkt_tab and wordnet besides. They are downloaded if they can be;
without a network, put `corpora/stopwords`, `corpora/wordnet` and `tokenizers/punkt_tab` in a folder and name it in
the environment variable NLTK_DATA.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

GIVE_UP = 3  # first cases that must all fail for a peer to count as not able to run here
LIMIT = 900.0  # CPU seconds a peer may take on a folder before it is given up; what it did till then is told
EACH = 240.0  # CPU seconds a peer may take on one case; one that takes longer finds nothing there
BDIKIT = (
    "coma", "similarity_flooding", "cupid", "distribution_based", "jaccard_distance", "magneto_zs_bp",
    "magneto_ft_bp", "max_val_sim", "two_phase", "llm",
)  # fmt: skip


class Stopped(BaseException):
    """A peer took longer over one case than it may; no `Exception`, which a peer would catch."""


@contextlib.contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Interrupt what runs inside when the process has spent so many CPU seconds on it."""

    def stop(*_: object) -> None:
        raise Stopped

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def cases(folder: Path) -> Iterator[tuple[str, Any, Any, list[tuple[str, str]]]]:
    import pandas as pd

    def read(path: Path) -> Any:
        return pd.read_csv(path, low_memory=False)

    shared = folder / "target.csv"
    for truth in sorted(folder.rglob("truth.csv")):
        own = truth.parent / "target.csv"
        pairs = pd.read_csv(truth, dtype=str)
        wanted = sorted({(a.strip(), b.strip()) for a, b in pairs.itertuples(index=False)})
        target = read(own if own.exists() else shared)
        yield truth.parent.relative_to(folder).as_posix(), read(truth.parent / "source.csv"), target, wanted


def valentine_peers() -> dict[str, Callable[[Any, Any], Any]]:
    from valentine import valentine_match
    from valentine.algorithms import Coma, Cupid, DistributionBased, JaccardDistanceMatcher, SimilarityFlooding

    makers = {
        "coma": lambda: Coma(),
        "coma_instances": lambda: Coma(use_instances=True),
        "cupid": lambda: Cupid(),
        "distribution": lambda: DistributionBased(),
        "jaccard": lambda: JaccardDistanceMatcher(),
        "similarity_flooding": lambda: SimilarityFlooding(),
    }

    def runner(make: Callable[[], Any]) -> Callable[[Any, Any], Any]:
        return lambda a, b: valentine_match([a, b], make(), df_names=["source", "target"])

    return {f"valentine {name}": runner(make) for name, make in makers.items()}


def infermap_peers() -> dict[str, Callable[[Any, Any], Any]]:
    import infermap

    return {"infermap": lambda a, b: infermap.map(a, b)}


def bdikit_peers() -> dict[str, Callable[[Any, Any], Any]]:
    import bdikit

    def runner(method: str) -> Callable[[Any, Any], Any]:
        return lambda a, b: bdikit.match_schema(a, b, method=method, use_cache=False)

    return {f"bdi-kit {method}": runner(method) for method in BDIKIT}


def judge_valentine(found: Any, truth: list[tuple[str, str]]) -> dict[str, float]:
    from valentine.metrics import F1Score, MeanReciprocalRank, RecallAtSizeofGroundTruth

    out = found.get_metrics(truth, metrics={F1Score(), MeanReciprocalRank(), RecallAtSizeofGroundTruth()})
    return {"recall_at_truth": out["RecallAtSizeofGroundTruth"], "mrr": out["MeanReciprocalRank"], "f1": out["F1Score"]}


def judge_infermap(found: Any, truth: list[tuple[str, str]]) -> dict[str, float]:
    """It gives one to one mappings with a confidence; its unmapped columns have no candidates."""
    return judge_mappings([(m.confidence, m.source, m.target) for m in found.mappings], truth)


def judge_bdikit(found: Any, truth: list[tuple[str, str]]) -> dict[str, float]:
    """A frame of one to one mappings with a similarity; an unmapped column has no target."""
    rows = found.dropna(subset=["target_attribute"])
    rows = rows[rows["target_attribute"] != ""]
    columns = (rows[name] for name in ("similarity", "source_attribute", "target_attribute"))
    return judge_mappings(list(zip(*columns, strict=True)), truth)


def judge_mappings(found: list[tuple[float, str, str]], truth: list[tuple[str, str]]) -> dict[str, float]:
    """The same three measures of one to one mappings with their scores."""
    pairs = [(a, b) for _, a, b in sorted(found, reverse=True)]
    hits = len(set(pairs) & set(truth))
    top = len(set(pairs[: len(truth)]) & set(truth))
    sources = {a for a, _ in truth}
    return {
        "recall_at_truth": top / len(truth),
        "mrr": sum((a, b) in truth for a, b in pairs) / len(sources),
        "f1": 2 * hits / (len(pairs) + len(truth)),
    }


def run(
    name: str,
    peer: Callable[[Any, Any], Any],
    judge: Callable[..., dict[str, float]],
    folder: Path,
    limit: float,
    each: float,
) -> dict[str, Any]:
    rows: list[dict[str, float]] = []
    spent = 0.0
    count = {"failed": 0, "stopped": 0}
    warm = False
    for _, source, target, truth in cases(folder):
        if not warm:  # what it loads at its first use is not counted, as ours is not
            with contextlib.suppress(Exception, Stopped), stopped_after(each):  # a failure shows below
                peer(source, target)
            warm = True
        started = time.process_time()
        try:
            with stopped_after(each):
                found = peer(source, target)
            spent += time.process_time() - started
            rows.append(judge(found, truth))
        except (Exception, Stopped) as e:  # a peer that fails on a case scores nothing on it
            spent += time.process_time() - started
            count["stopped" if isinstance(e, Stopped) else "failed"] += 1
            rows.append({"recall_at_truth": 0.0, "mrr": 0.0, "f1": 0.0})
            if count["failed"] == len(rows) == GIVE_UP:
                return {"not run": f"{type(e).__name__}: {' '.join(str(e).split())}"[:200]}
        if spent > limit:
            print(f"{name} given up after {spent:.0f} s", file=sys.stderr)
            break
    out: dict[str, Any] = {k: round(sum(r[k] for r in rows) / len(rows), 4) for k in ("recall_at_truth", "mrr", "f1")}
    return {"pairs": len(rows), **out, "seconds": round(spent, 2), **{k: n for k, n in count.items() if n}}


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", help="last words of the names of peers, by commas")
    parser.add_argument("--limit", type=float, default=LIMIT, help="CPU seconds a peer may take on the folder")
    parser.add_argument("--each", type=float, default=EACH, help="CPU seconds a peer may take on one case")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else None
    results: dict[str, Any] = {}
    families = [(bdikit_peers, judge_bdikit), (valentine_peers, judge_valentine), (infermap_peers, judge_infermap)]
    for load, judge in families:
        if load is valentine_peers and any(name.startswith("bdi-kit") for name in results):
            continue  # the valentine that bdi-kit pins
        try:
            found = load()
        except ImportError as e:
            results[load.__name__.removesuffix("_peers")] = {"not installed": str(e)}
            continue
        for name, peer in found.items():
            if wanted is None or any(w == name.split()[-1] for w in wanted):
                results[name] = run(name, peer, judge, options.folder, options.limit, options.each)
                print(name, results[name], file=sys.stderr)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
