"""Hold the rules found in a feed against what is written about it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

from workbench.errors import SourceError
from workbench.model import read_document

from .rules import Rule, Rules

__all__ = ["Documented", "compare_rules", "read_documented"]

_SPELT = re.compile(r"([\w.-]+)[\"'`]? (?:is|becomes|means|stands for|=|->|→) [\"'`]?([\w.-]*\w)")
_KEYS = {"id", "documented", "target", "from", "kind", "rule", "values"}
_LEFT_OUT = re.compile(r"\b(left out|leave out|not sent|drop|skip|ignor|exclud|filter|remov|discard|omit)", re.I)


@dataclass(frozen=True)
class Documented:
    """The comparison.

    Attributes:
        confirmed: Found rules that are documented, with what the documentation says.
        undocumented: Found rules that no document names.
        not_found: Documented targets for which no rule was found, with what is said.
        contradicted: Documented rules whose table of values, or kind, is not what the feed does.
    """

    confirmed: tuple[tuple[Rule, str], ...]
    undocumented: tuple[Rule, ...]
    not_found: tuple[tuple[str, str], ...]
    contradicted: tuple[tuple[Rule, str], ...]

    def __str__(self) -> str:
        lines = [f"documented and found: {len(self.confirmed)}"]
        lines += [f"  {r.target or r.text}: {said}" for r, said in self.confirmed]
        lines += [f"found, not documented: {len(self.undocumented)}"]
        lines += [f"  {' '.join(filter(None, (r.kind, r.target)))}: {r.text}" for r in self.undocumented]
        lines += [f"documented, not found: {target}: {said}" for target, said in self.not_found]
        lines += [
            f"documented otherwise: {r.target or r.kind}: {r.text}; the document says: {said}"
            for r, said in self.contradicted
        ]
        return "\n".join(lines)


def read_documented(
    path: str | os.PathLike[str], targets: Sequence[str], sources: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Read what is documented.

    A YAML file is a list of {target, from, kind, rule, values}, of which only the target is needed. From a
    text (Markdown), each paragraph or list item that names a target column in backticks is its documentation, with
    the values that it spells out ('N is OPEN'); one that names source columns only and says that something is left
    out tells a filter.

    Args:
        path: The file.
        targets: The target's columns.
        sources: The source's columns.

    Raises:
        SourceError: The file is not there, or a YAML file is no such list.
    """
    file = Path(path)
    if file.suffix in (".yaml", ".yml"):
        return _listed(read_document(file).data, str(file))
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as e:
        raise SourceError(f"the document cannot be read: {e.strerror}", where=str(file)) from None
    out: list[dict[str, Any]] = []
    for piece in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+[.)])\s)", text):
        said = " ".join(re.sub(r"^\s*(?:[-*]|\d+[.)])\s+", "", piece).split())
        named = [t for t in targets if f"`{t}`" in said]
        out += [{"target": t, "rule": said, "values": dict(_SPELT.findall(said))} for t in named]
        read = [c for c in sources if f"`{c}`" in said]
        if read and not named and _LEFT_OUT.search(said):
            out.append({"target": None, "from": read, "rule": said})
        unknown = re.match(r"`([^`]+)`", said)  # a piece that begins with a name is about it
        if unknown and not named and not read:
            out.append({"target": unknown[1], "rule": said})
    return out


def _listed(data: Any, where: str) -> list[dict[str, Any]]:
    form = "write a list of {target: …, from: […], kind: …, rule: …, values: {…}}"
    if not isinstance(data, list) or not all(isinstance(d, Mapping) for d in data):
        raise SourceError("what is documented is not a list of rules", where=where, cure=form)
    for entry in data:
        stray = set(entry) - _KEYS
        if stray:
            raise SourceError(f"a documented rule has no '{min(stray)}'", where=where, cure=form)
    return [dict(d) | ({"from": [d["from"]]} if isinstance(d.get("from"), str) else {}) for d in data]


def compare_rules(rules: Rules, documented: Sequence[Mapping[str, Any]]) -> Documented:
    """Compare what a feed does with what is said of it.

    Args:
        rules: What was found.
        documented: See `read_documented`; a filter has no target and is known by the columns it reads.
    """
    confirmed: list[tuple[Rule, str]] = []
    contradicted: list[tuple[Rule, str]] = []
    not_found: list[tuple[str, str]] = []
    left = list(rules.rules)
    for entry in documented:
        target = entry.get("target")
        target = None if target in (None, "null", "") else str(target)
        said = str(entry.get("rule") or entry.get("kind") or "")
        same = [r for r in left if r.target == target and (target or set(r.sources) == set(entry.get("from") or ()))]
        if not same:
            not_found.append((target or ", ".join(entry.get("from") or ()), said))
            continue
        left.remove(same[0])
        (contradicted if _contradicts(rules, same[0], entry) else confirmed).append((same[0], said))
    return Documented(tuple(confirmed), tuple(left), tuple(not_found), tuple(contradicted))


def _contradicts(rules: Rules, rule: Rule, entry: Mapping[str, Any]) -> bool:
    kind = entry.get("kind")
    if kind and kind != rule.kind:
        return True
    sources = {str(s) for s in entry.get("from") or ()}
    if sources and rule.kind != "aggregation" and not sources & set(rule.sources):
        return True
    if _other_constants(rule, str(entry.get("rule") or "")):
        return True
    values = entry.get("values")
    if not values or rules.spec is None or rule.target is None:
        return False
    steps = rules.spec.fields[rule.target].steps
    found = next((s.args["values"] for s in steps if s.name == "translate" and isinstance(s.args, Mapping)), None)
    return found is not None and any(found.get(str(k)) not in (None, str(v)) for k, v in values.items())


def _other_constants(rule: Rule, said: str) -> bool:
    """Whether numbers are told, but not the rule's; or of the values that are left out only some."""
    if rule.kind == "filter" and (listed := re.search(r" = (.*) are left out$", rule.text)):
        told = [re.search(rf"(?<!\w){re.escape(v)}(?!\w)", said) is not None for v in listed[1].split(" or ")]
        return any(told) and not all(told)
    if rule.kind not in ("arithmetic", "cap", "conditional", "default", "filter", "unit"):
        return False
    ours, theirs = (_numbers(re.sub(r"`[^`]*`", "", text)) for text in (_without(rule), said))
    # A factor may be told the other way round, or in hundredths.
    ways = ours | {1 / n for n in ours if n} | {100 * n for n in ours}
    return bool(ours and theirs) and not any(isclose(a, b) for a in ways for b in theirs)


def _without(rule: Rule) -> str:
    """The rule in words, without its columns, whose names may hold digits."""
    return re.sub("|".join(map(re.escape, sorted(rule.sources, key=len, reverse=True))) or "$^", "", rule.text)


def _numbers(text: str) -> set[float]:
    return {float(n) for n in re.findall(r"(?<![\w.])[0-9]+(?:[.][0-9]+)?(?!\w)", text)}
