"""From bytes to text: which encoding a file has, and its text in bounded blocks."""

from __future__ import annotations

import codecs
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from workbench.errors import SourceError

from .locations import sniff_format
from .results import Problems

__all__ = ["Encoding", "byte_blocks", "detect_encoding", "head_text", "refuse_binary", "settle", "text_blocks"]

BLOCK = 8 * 2**20
_HEAD = 256 * 1024
_LONGEST_HEAD = 128 * 2**20
_EVIDENCE = 100_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALMOST = "workbench-single-bytes"


def _as_single_bytes(error: UnicodeError) -> tuple[str, int]:
    """What stands in for bytes that are not UTF-8: the characters Windows-1252 gives them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_single_byte(bytes([b])) for b in wrong), error.end


def _single_byte(byte: bytes) -> str:
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")


codecs.register_error(_ALMOST, _as_single_bytes)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes stand for characters.

    Attributes:
        name: A codec of Python.
        how: How it was found, in words.
        bom: The bytes of the byte-order mark to skip.
        given: It was told, not found.
        mixed: Mostly UTF-8; the other bytes are read as Windows-1252, line by line reported.
        packed: The file is gzip-compressed.
    """

    name: str
    how: str
    bom: int = 0
    given: bool = False
    mixed: bool = False
    packed: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether Polars reads the file as it lies there."""
        return self.name == "utf-8" and not self.mixed and not self.packed


def _open(path: Path) -> BinaryIO | gzip.GzipFile:
    with path.open("rb") as f:
        packed = f.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def byte_blocks(path: Path, size: int = BLOCK, skip: int = 0) -> Iterator[bytes]:
    """The bytes of a file, unpacked, in blocks.

    Raises:
        SourceError: A compressed file is damaged, or reading fails.
    """
    try:
        with _open(path) as f:
            f.read(skip)
            while block := f.read(size):
                yield block
    except (EOFError, OSError) as e:
        raise SourceError(f"cannot be read: {e}", where=str(path), cure="fetch the file again") from None


def detect_encoding(path: Path, given: str | None = None) -> Encoding:
    """The encoding by the first bytes; UTF-8 stands until `settle` has seen all of them.

    Raises:
        SourceError: The given name is no encoding.
    """
    head = next(byte_blocks(path, 64 * 1024), b"")
    with path.open("rb") as f:
        packed = f.read(2) == b"\x1f\x8b"
    bom = next(((mark, name) for mark, name in _BOMS if head.startswith(mark)), None)
    if given is not None:
        try:
            name = codecs.lookup(given).name
        except LookupError:
            cure = "utf-8, utf-16, cp1252, latin-1, cp1250 … are encodings"
            raise SourceError(f"there is no encoding '{given}'", where=str(path), cure=cure) from None
        name = {"utf-8-sig": "utf-8", "ascii": "utf-8"}.get(name, name)
        if name in ("utf-16", "utf-32"):
            name = bom[1] if bom and bom[1].startswith(name) else f"{name}-le"
        size = len(bom[0]) if bom and bom[1] == name else 0
        return Encoding(name, "given", size, given=True, packed=packed)
    if bom:
        return Encoding(bom[1], "byte-order mark", len(bom[0]), packed=packed)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if even + odd > len(head) / 5 and min(even, odd) < max(even, odd) / 10 and _decodes(head, name):
        return Encoding(name, "every other byte is zero", packed=packed)
    return Encoding("utf-8", "plain ASCII so far" if head.isascii() else "every byte fits", packed=packed)


def _decodes(head: bytes, name: str) -> bool:
    try:
        return "\n" in codecs.getincrementaldecoder(name)().decode(head) or len(head) > 4096
    except UnicodeDecodeError:
        return False


def refuse_binary(path: Path, encoding: Encoding) -> None:
    """Refuse a file that is no text.

    Raises:
        SourceError: Its first bytes are those of a known format, or too many are control characters.
    """
    head = next(byte_blocks(path, 64 * 1024), b"")
    if not head:
        raise SourceError("the file is empty", where=str(path), cure="fetch it again, or leave it out")
    format_, what = sniff_format(path)
    if format_ != "csv" and what and what != "JSON":
        cure = f"read it with format='{format_}'" if format_ else "export it as text first"
        raise SourceError(f"this is {what}, not delimited text", where=str(path), cure=cure)
    if encoding.name.startswith(("utf-16", "utf-32")):
        return
    control = len(re.findall(rb"[\x01-\x06\x0e-\x1a\x7f]", head))
    zeros = head.count(0)
    if control > len(head) / 20 + 8 or zeros > len(head) / 3:
        raise SourceError("this is binary data, not text", where=str(path), cure="export it as text first")


def head_text(path: Path, encoding: Encoding) -> str:
    """The beginning of the text: whole lines, at least two where there are two within 128 MiB."""
    text, seen = "", 0
    for block in byte_blocks(path, _HEAD, encoding.bom):
        seen += len(block)
        text += codecs.getincrementaldecoder(encoding.name)(_ALMOST if encoding.name == "utf-8" else "replace").decode(
            block
        )
        cut = max(text.rfind("\n"), text.rfind("\r") if "\n" not in text else -1)
        if seen < _HEAD and len(block) < _HEAD:
            return text
        if text.count("\n", 0, cut + 1) + text.count("\r", 0, cut + 1) >= 2 or seen >= _LONGEST_HEAD:
            return text[: cut + 1] or text
    return text


def settle(path: Path, encoding: Encoding) -> Encoding:
    """Decide what a file is that was taken for UTF-8 and is not: another encoding, or two of them.

    Raises:
        SourceError: UTF-8 was given.
    """
    if encoding.given:
        line = _first_bad_line(path)
        cure = "leave `encoding` out to have it found, or try encoding='cp1252'"
        raise SourceError("the bytes are not UTF-8", where=f"{path}:{line}", cure=cure)
    good = bad = 0
    undefined = False
    for block in byte_blocks(path):
        if block.isascii():
            continue
        text = block.decode("utf-8", errors="surrogateescape")
        wrong = re.findall("[\udc80-\udcff]", text)
        bad += len(wrong)
        good += len(re.findall("[^\0-\x7f]", text)) - len(wrong)
        undefined |= any(ord(c) - 0xDC00 in (0x81, 0x8D, 0x8F, 0x90, 0x9D) for c in set(wrong))
        if good + bad > _EVIDENCE:
            break
    if good > bad:
        how = "UTF-8 but for some bytes, which are read as Windows-1252"
        return replace(encoding, mixed=True, how=how)
    name = "latin-1" if undefined else "cp1252"
    return replace(encoding, name=name, how=f"not UTF-8; {name} gives every byte a meaning (assumed)")


def _first_bad_line(path: Path) -> int:
    line = 1
    rest = b""
    for block in byte_blocks(path):
        block = rest + block
        cut = block.rfind(b"\n") + 1
        for raw in block[:cut].split(b"\n")[:-1] if not _is_utf8(block[:cut]) else ():
            if not _is_utf8(raw):
                return line
            line += 1
        line += block.count(b"\n", 0, cut)
        rest = block[cut:]
    return line


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def text_blocks(
    path: Path, encoding: Encoding, problems: Problems, *, newline: str = "\n", skip_lines: int = 0
) -> Iterator[str]:
    """The text of a file in blocks that end with a line feed; odd bytes are booked by line.

    Args:
        path: The file.
        encoding: Its encoding.
        problems: Where bytes without meaning are booked.
        newline: What ends a line there: a carriage return alone is turned into a line feed.
        skip_lines: Lines to leave out at the beginning.

    Raises:
        SourceError: The bytes do not fit the encoding.
    """
    blocks = (_mixed_blocks if encoding.mixed else _plain_blocks)(path, encoding, problems, newline)
    for block in blocks:
        at = 0
        while skip_lines and at < len(block):
            end = block.find("\n", at) + 1
            at = end or len(block)
            skip_lines -= 1
        if at < len(block):
            yield block[at:]


def _plain_blocks(path: Path, encoding: Encoding, _: Problems, newline: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    rest = ""
    try:
        for block in byte_blocks(path, skip=encoding.bom):
            text = decoder.decode(block)
            text = rest + (text.replace("\r", "\n") if newline == "\r" else text)
            cut = text.rfind("\n") + 1
            rest = text[cut:]
            if cut:
                yield text[:cut]
        last = decoder.decode(b"", final=True)
        rest += last.replace("\r", "\n") if newline == "\r" else last
    except UnicodeDecodeError as e:
        cure = "leave `encoding` out to have it found" if encoding.given else "say its encoding"
        raise SourceError(f"the bytes do not fit {encoding.name}: {e.reason}", where=str(path), cure=cure) from None
    if rest:
        yield rest


def _mixed_blocks(path: Path, encoding: Encoding, problems: Problems, newline: str) -> Iterator[str]:
    line, rest = 1, b""
    for block in byte_blocks(path, skip=encoding.bom):
        block = rest + (block.replace(b"\r", b"\n") if newline == "\r" else block)
        cut = block.rfind(b"\n") + 1
        rest, block = block[cut:], block[:cut]
        if block:
            yield _mixed(block, line, problems)
        line += block.count(b"\n")
    if rest:
        yield _mixed(rest, line, problems)


def _mixed(block: bytes, line: int, problems: Problems) -> str:
    if not _is_utf8(block):
        for number, raw in enumerate(block.split(b"\n"), line):
            if not _is_utf8(raw):
                text = raw.decode("utf-8", errors=_ALMOST)
                problems.add("not UTF-8", number, "bytes that are not UTF-8: read as Windows-1252", text)
    return block.decode("utf-8", errors=_ALMOST)
