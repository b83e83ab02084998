"""Change single values of a YAML text in place: comments, order and wording of the rest stay."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

__all__ = ["with_scalars"]


def with_scalars(text: str, values: Mapping[tuple[str, str], str]) -> str:
    """YAML text with some values of its sections changed.

    Args:
        text: A YAML mapping of sections that are mappings; sections and keys that are missing are added.
        values: (section, key) → the value, as YAML writes it.

    >>> print(with_scalars("a: {x: 1}  # mine", {("a", "x"): "2", ("a", "y"): "3"}))
    a: {x: 2, y: 3}  # mine
    """
    for (section, key), value in values.items():
        text = _with_scalar(text, section, key, value)
    return text


def _with_scalar(text: str, section: str, key: str, value: str) -> str:
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    node = _child(root, section)
    if isinstance(node, yaml.MappingNode) and node.value:
        if (old := _child(node, key)) is not None:
            return text[: old.start_mark.index] + value + text[old.end_mark.index :]
        first, last = node.value[0][0].start_mark, node.value[-1][1].end_mark
        if node.flow_style:
            return text[: last.index] + f", {key}: {value}" + text[last.index :]
        return text[: first.index] + f"{key}: {value}\n{' ' * first.column}" + text[first.index :]
    if node is not None:  # written, but empty: {} or nothing at all
        return f"{text[: node.start_mark.index].rstrip(' ')} {{{key}: {value}}}{text[node.end_mark.index :]}"
    return text.rstrip("\n") + f"\n{section}:\n  {key}: {value}\n"


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    found: yaml.Node | None = next((v for k, v in pairs if k.value == key), None)
    return found
