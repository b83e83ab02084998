"""Mapping: a spec is resolved to a plan, and the plan is applied; nothing is lost on the way."""

from .applying import REJECT_COLUMNS, Applied, apply, stream
from .comparing import diff
from .counts import Counts
from .difference import Example, SpecChange, SpecDiff
from .draft import Choice, draft_spec
from .draft_linked import field_values, held_against
from .hidden.aligning import as_text
from .inverted import Inverted, Lost, Way
from .inverting import invert
from .learn_links import LinkedField, learn_from_links, linked_pairs
from .learner import Disagreement, Learned, learn, next_question
from .memory import Footprint, batch_rows_of, footprint
from .reads import columns_read
from .resolving import Lineage, Resolved, of_the_version, resolve
from .round_trips import FieldTrip, RoundTrip, roundtrip
from .rules import Rule, Rules, find_rules
from .rules_documented import Documented, compare_rules, read_documented
from .streaming import run_streaming
from .trial import Rejected, try_field, try_rows, try_step, try_steps

__all__ = [
    "REJECT_COLUMNS",
    "Applied",
    "Choice",
    "Counts",
    "Disagreement",
    "Documented",
    "Example",
    "FieldTrip",
    "Footprint",
    "Inverted",
    "Learned",
    "Lineage",
    "LinkedField",
    "Lost",
    "Rejected",
    "Resolved",
    "RoundTrip",
    "Rule",
    "Rules",
    "SpecChange",
    "SpecDiff",
    "Way",
    "apply",
    "as_text",
    "batch_rows_of",
    "columns_read",
    "compare_rules",
    "diff",
    "draft_spec",
    "field_values",
    "find_rules",
    "footprint",
    "held_against",
    "invert",
    "learn",
    "learn_from_links",
    "linked_pairs",
    "next_question",
    "of_the_version",
    "read_documented",
    "resolve",
    "roundtrip",
    "run_streaming",
    "stream",
    "try_field",
    "try_rows",
    "try_step",
    "try_steps",
]
