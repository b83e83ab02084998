"""Linking: which records are the same thing, with crosswalk and golden records."""

from __future__ import annotations

from .blocking import BlockingCounts, count_pairs
from .classifying import as_comparer, as_indexer, classify, measures, register_comparer
from .crosswalk import Crosswalk, load_crosswalk
from .explaining import Explanation
from .labelling import Label, add_labels, labelled, most_informative, read_labels, refit
from .link_files import LinkFiles
from .linking import Flag, Linkage, link
from .model import LinkModel
from .model_files import dump_link_model, load_link_model, parse_link_model, save_link_model
from .overrides import Override, Overrides, load_overrides, save_overrides
from .proposing import propose_model
from .records import Records, read_records
from .rescoring import rescored
from .similarity import comparers
from .splink import save_for_splink, splink_table, splink_terms, to_splink
from .standardising import standardisers
from .survivorship import Golden, survivors
from .thresholds import threshold_table
from .training import Training, train

__all__ = [
    "BlockingCounts",
    "Crosswalk",
    "Explanation",
    "Flag",
    "Golden",
    "Label",
    "LinkFiles",
    "LinkModel",
    "Linkage",
    "Override",
    "Overrides",
    "Records",
    "Training",
    "add_labels",
    "as_comparer",
    "as_indexer",
    "classify",
    "comparers",
    "count_pairs",
    "dump_link_model",
    "labelled",
    "link",
    "load_crosswalk",
    "load_link_model",
    "load_overrides",
    "measures",
    "most_informative",
    "parse_link_model",
    "propose_model",
    "read_labels",
    "read_records",
    "refit",
    "register_comparer",
    "rescored",
    "save_for_splink",
    "save_link_model",
    "save_overrides",
    "splink_table",
    "splink_terms",
    "standardisers",
    "survivors",
    "threshold_table",
    "to_splink",
    "train",
]
