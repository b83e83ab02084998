"""Run the command line as a module: python -m workbench.cli."""

from . import main

main()
