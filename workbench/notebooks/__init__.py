"""Notebooks in batch: typed parameters, papermill, and the whole story for a landscape in one call."""

from .parameters import Parameter, check_parameters, read_parameters
from .running import Done, notebook_path, run_notebook, write_result
from .story import Chapter, run_story

__all__ = [
    "Chapter",
    "Done",
    "Parameter",
    "check_parameters",
    "notebook_path",
    "read_parameters",
    "run_notebook",
    "run_story",
    "write_result",
]
