"""What the tests of sources share: files written in a line."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def written(tmp_path: Path):
    """Write bytes or text to a file and give its path."""

    def write(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write
