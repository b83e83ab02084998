"""Write a changed spec into its old text: what did not change keeps its wording, its comments and its place."""

from __future__ import annotations

from functools import lru_cache

from workbench.errors import DocumentError
from workbench.model import Document, Spec, dump_spec, parse_document, parse_spec

__all__ = ["spec_text"]

Blocks = dict[str, tuple[int, int]]


def spec_text(spec: Spec, before: str | None) -> str:
    """The YAML of a spec, as near to an earlier text as it can be.

    Args:
        spec: What to write.
        before: The text it came from; None for a new file.

    Returns:
        Text that reads back as the spec: the old one with the changed parts replaced, or, where that cannot
        be done (fields in another order, a text of another shape), the spec written anew.
    """
    fresh = dump_spec(spec)
    if before is None:
        return fresh
    try:
        merged = _merged(before, fresh)
        if parse_spec(merged) == spec:
            return merged
    except DocumentError:
        pass
    return fresh


@lru_cache(maxsize=2)
def _read(text: str) -> Document:
    return parse_document(text)


def _merged(before: str, fresh: str) -> str:
    old, new = _read(before), parse_document(fresh)
    old_lines, new_lines = before.splitlines(), fresh.splitlines()
    old_tops, new_tops = _blocks(old, (), len(old_lines), old_lines), _blocks(new, (), len(new_lines), new_lines)
    out = list(old_lines[: min((start for start, _ in old_tops.values()), default=0)])
    for key in _order(list(old.data), list(new.data)):
        if key not in new.data:
            continue
        cut = new_lines[slice(*new_tops[key])]
        if key in old.data and (same(old.data[key], new.data[key]) or key == "fields"):
            kept = old_lines[slice(*old_tops[key])]
            cut = kept if key != "fields" else _fields(old, new, old_lines, new_lines, old_tops[key])
        out += cut
    return "\n".join(out) + "\n"


def same(old: object, new: object) -> bool:
    """Whether two written values mean the same; one name and a list of one name do."""
    return old == new or [old] == new or old == [new]


def _fields(
    old: Document, new: Document, old_lines: list[str], new_lines: list[str], top: tuple[int, int]
) -> list[str]:
    """The fields, each from the old text where it did not change."""
    was, now = old.data["fields"], new.data["fields"]
    mine = _blocks(old, ("fields",), top[1], old_lines)
    theirs = _blocks(new, ("fields",), len(new_lines), new_lines)
    first = min(start for start, _ in mine.values())
    out = list(old_lines[top[0] : first])
    for name in now:
        kept = name in was and written_alike(was[name], now[name])
        out += old_lines[slice(*mine[name])] if kept else new_lines[slice(*theirs[name])]
    end = max(end for _, end in mine.values())
    return [*out, *old_lines[end : top[1]]]


def written_alike(old: object, new: object) -> bool:
    """Whether two fields as written mean the same: lists of one and bare values may stand for each other."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(written_alike(old[k], new[k]) for k in old)
    return same(old, new)


def _blocks(document: Document, inside: tuple[str, ...], end: int, lines: list[str]) -> Blocks:
    """The lines of each key: from its own (with the comments right above it) to the next key's, from 0."""
    node = document.data
    for key in inside:
        node = node[key]
    starts = [(str(key), document.lines[(*inside, key)] - 1) for key in node]
    starts = [(key, _with_comments(lines, at)) for key, at in starts]
    if inside:  # the block ends where the next key of the parent starts
        ends = [document.lines[(k,)] - 1 for k in document.data if document.lines[(k,)] - 1 > starts[-1][1]]
        end = min([_with_comments(lines, e) for e in ends], default=end)
    stops = [at for _, at in starts[1:]] + [end]
    return {key: (at, stop) for (key, at), stop in zip(starts, stops, strict=True)}


def _with_comments(lines: list[str], at: int) -> int:
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _order(old: list[str], new: list[str]) -> list[str]:
    """The old keys in their order, each new one after the key it follows in the new text."""
    out = list(old)
    for i, key in enumerate(new):
        if key not in out:
            before = [out.index(k) for k in new[:i] if k in out]
            out.insert(max(before) + 1 if before else 0, key)
    return out
