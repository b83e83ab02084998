"""The command line: thin verbs over the library; exit 0 fine, 1 the data or the spec falls short, 2 usage."""

from .app import app
from .main import main

__all__ = ["app", "main"]
