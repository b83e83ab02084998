"""What the examples in the docstrings may use."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace: dict[str, Any]) -> None:
    from workbench.mapping import try_field, try_rows, try_step

    doctest_namespace.update(try_field=try_field, try_rows=try_rows, try_step=try_step)
