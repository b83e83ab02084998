"""YAML documents read without guessing types, every fault reported with its line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from workbench.errors import DocumentError, Fault, did_you_mean

__all__ = ["Document", "dump_yaml", "parse_document", "read_document", "validate", "write_text"]

M = TypeVar("M", bound=BaseModel)
Where = tuple[str | int, ...]

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Document:
    """A YAML document as text values, with the line of every node.

    Attributes:
        data: Mappings, lists and text; no other type ever ('NO', '0123' and '12:30' stay text).
        name: What to call the document in messages, usually its path.
        lines: Line (from 1) of each node, by its path of keys and indices.
        path: The file, when it is one.
    """

    data: Any
    name: str
    lines: Mapping[Where, int] = field(default_factory=dict)
    path: Path | None = None

    def place(self, where: Sequence[str | int] = ()) -> str:
        """Name a node as 'file:line (a.b.0)', falling back to its nearest known parent."""
        key: Where = tuple(where)
        for end in range(len(key), -1, -1):
            if key[:end] in self.lines:
                line = f":{self.lines[key[:end]]}"
                break
        else:
            line = ""
        dotted = ".".join(str(part) for part in key)
        return f"{self.name}{line}" + (f" ({dotted})" if dotted else "")


def read_document(path: str | os.PathLike[str], error: type[DocumentError] = DocumentError) -> Document:
    """Read a YAML file.

    Args:
        path: The file.
        error: The class to raise on a fault.

    Raises:
        DocumentError: The file is missing, not UTF-8, too large, or not YAML; of the class given.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise error([Fault(f"the document is larger than {MAX_BYTES // 2**20} MiB", str(file), "split it")])
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        siblings = [p.name for p in file.parent.glob("*") if p.suffix in (".yaml", ".yml")]
        cure = did_you_mean(file.name, siblings) if siblings else "check the path"
        raise error([Fault("there is no such file", str(file), cure)]) from None
    except IsADirectoryError:
        raise error([Fault("this is a folder, not a file", str(file), "name the YAML file in it")]) from None
    except UnicodeDecodeError as e:
        raise error([Fault(f"not UTF-8 text (byte {e.start})", str(file), "save it as UTF-8")]) from None
    return parse_document(text, name=str(file), path=file, error=error)


def parse_document(
    text: str, *, name: str = "document", path: Path | None = None, error: type[DocumentError] = DocumentError
) -> Document:
    """Read YAML text; see `read_document`.

    Aliases are refused: nothing the workbench reads needs them, and they are how a small document
    unfolds into gigabytes.
    """
    try:
        root = _compose(text)
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        raise error([Fault(f"not YAML: {e.problem}", f"{name}:{line}", "mend the line")]) from None
    except yaml.YAMLError as e:
        raise error([Fault(f"not YAML: {str(e).splitlines()[0]}", name, "mend the file")]) from None
    except RecursionError:
        raise error([Fault(f"nested deeper than {MAX_DEPTH} levels", name, "flatten it")]) from None
    if root is None:
        raise error([Fault("the document is empty", name, "write it")])
    lines: dict[Where, int] = {}
    faults: list[Fault] = []
    data = _build(root, (), lines, faults, name)
    if faults:
        raise error(faults)
    return Document(data, name, lines, path)


def _compose(text: str) -> yaml.Node | None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not allowed; write the value out",
                problem_mark=event.start_mark,  # type: ignore[arg-type]
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise RecursionError
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    return node


def _build(node: yaml.Node, where: Where, lines: dict[Where, int], faults: list[Fault], name: str) -> Any:
    lines[where] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*where, i), lines, faults, name) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            place = f"{name}:{key_node.start_mark.line + 1}"
            if key is None:
                faults.append(Fault("a key must be plain text", place, "quote it"))
                continue
            if key in out:
                faults.append(Fault(f"the key '{key}' stands twice", place, "keep one"))
            out[key] = _build(value_node, (*where, key), lines, faults, name)
            lines[(*where, key)] = key_node.start_mark.line + 1
        return out
    if node.value in ("", "~", "null") and not getattr(node, "style", None):
        return None
    return node.value


def validate(document: Document, model: type[M], error: type[DocumentError] = DocumentError) -> M:
    """Give a document its types.

    Args:
        document: What was read.
        model: The pydantic model; it should forbid extra keys.
        error: The class to raise on a fault.

    Raises:
        DocumentError: With every fault, its line and, for an unknown key, the nearest known ones.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as e:
        raise error([_fault(document, item, model) for item in e.errors(include_url=False)]) from None


def _fault(document: Document, item: Any, model: type[BaseModel]) -> Fault:
    where: list[str | int] = []
    node = document.data
    for part in item["loc"]:  # pydantic adds names of union branches: keep what is in the document
        if isinstance(node, Mapping) and (part in node or part == item["loc"][-1]):
            where.append(part)
            node = node.get(part) if part in node else None
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            where.append(part)
            node = node[part]
    if item["type"] == "extra_forbidden":
        known = _known_keys(model, item["loc"][:-1])
        what, cure = f"unknown key '{item['loc'][-1]}'", did_you_mean(str(item["loc"][-1]), known)
    elif item["type"] == "missing":
        what, cure = f"the key '{item['loc'][-1]}' is missing", "add it"
    else:
        what, cure = item["msg"].removeprefix("Value error, "), ""
        if isinstance(item.get("input"), str):
            what += f" (found '{item['input'][:60]}')"
    return Fault(what, document.place(where), cure)


def _known_keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Keys that the model at this place accepts; the outermost model's where it cannot be told."""
    current: Any = model
    for part in loc:
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            break
        by_key = {f.alias or n: f for n, f in current.model_fields.items()}
        if part in by_key:
            current = _inner_model(by_key[str(part)].annotation)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [f.alias or n for n, f in current.model_fields.items()]
    return []


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for arg in getattr(annotation, "__args__", ()):
        inner = _inner_model(arg)
        if inner is not None:
            return inner
    return None


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: Any, value: str) -> Any:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _represent_decimal(dumper: Any, value: Decimal) -> Any:
    text = format(value, "f")
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Decimal, _represent_decimal)


def dump_yaml(data: Any) -> str:
    """Write plain data as YAML: keys in the order given, Unicode as it is, short lists on a line.

    >>> print(dump_yaml({"name": "NO", "steps": ["trim"]}), end="")
    name: 'NO'
    steps:
    - trim
    """
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write a file so that a reader sees the old text or the new one, never a part.

    Temporary file in the same folder, fsync, rename; the mode stays that of an ordinary new file.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
