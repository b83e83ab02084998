"""The Mapping Workbench: from raw source data to an integration that lasts.

The dozen names a notebook needs; each is imported when it is first used, so that importing the workbench
stays fast.

>>> import workbench
>>> workbench.try_step("trim", " Ada ")
'Ada'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.flow import run_spec, verify
    from workbench.linkage import link
    from workbench.mapping import apply, resolve, try_step
    from workbench.matching import match
    from workbench.model import dump_spec, load_contract, load_landscape, load_spec
    from workbench.notebooks import run_story, write_result
    from workbench.profiling import infer_contract, profile
    from workbench.project import open_project
    from workbench.sources import scan, write

_HOMES = {
    "apply": "mapping",
    "dump_spec": "model",
    "infer_contract": "profiling",
    "link": "linkage",
    "load_contract": "model",
    "load_landscape": "model",
    "load_spec": "model",
    "match": "matching",
    "open_project": "project",
    "profile": "profiling",
    "resolve": "mapping",
    "run_spec": "flow",
    "run_story": "notebooks",
    "scan": "sources",
    "try_step": "mapping",
    "verify": "flow",
    "write": "sources",
    "write_result": "notebooks",
}
__all__ = [
    "apply",
    "dump_spec",
    "infer_contract",
    "link",
    "load_contract",
    "load_landscape",
    "load_spec",
    "match",
    "open_project",
    "profile",
    "resolve",
    "run_spec",
    "run_story",
    "scan",
    "try_step",
    "verify",
    "write",
    "write_result",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute '{name}'")
    return getattr(import_module(f"workbench.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
