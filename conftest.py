"""What the examples in the docstrings may use."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace: dict[str, Any]) -> None:
    from workbench.mapping import try_step

    doctest_namespace["try_step"] = try_step
