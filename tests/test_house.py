"""The house rules: layers, light imports, the exception tree, the size of files and functions."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import workbench.errors as errors


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_workbench_pulls_in_neither_pandas_nor_jupyter():
    heavy = "{'pandas', 'recordlinkage', 'IPython', 'ipywidgets', 'papermill', 'pyspark', 'duckdb', 'sklearn', 'scipy'}"
    loaded = run_python(f"import sys, workbench; print(sorted({heavy} & set(sys.modules)))")
    assert loaded == "[]"


def test_importing_the_command_line_pulls_in_neither_pandas_nor_jupyter():
    heavy = "{'pandas', 'recordlinkage', 'IPython', 'ipywidgets', 'papermill', 'pyspark', 'duckdb', 'sklearn', 'scipy'}"
    loaded = run_python(f"import sys, workbench.cli; print(sorted({heavy} & set(sys.modules)))")
    assert loaded == "[]"


def test_importing_the_workbench_runs_few_modules():
    # Time is not asserted: the number of modules is what makes an import slow, and it is the same everywhere.
    count = int(run_python("import sys; before = len(sys.modules); import workbench; print(len(sys.modules) - before)"))
    assert count < 700


def test_layers_are_kept(root: Path):
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_error_is_exported_and_drawn_in_the_tree():
    classes = {n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, errors.WorkbenchError)}
    assert classes <= set(errors.__all__)
    assert all(name in (errors.__doc__ or "") for name in classes)


def python_files(root: Path) -> list[Path]:
    return sorted((root / "workbench").rglob("*.py"))


def test_every_file_says_in_its_first_line_what_it_is_for(root: Path):
    silent = [str(p) for p in python_files(root) if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert silent == []


def test_files_have_at_most_300_lines(root: Path):
    lines = {str(p.relative_to(root)): len(p.read_text("utf-8").splitlines()) for p in python_files(root)}
    long = {name: n for name, n in lines.items() if n > 300}
    assert long == {}


def test_functions_have_at_most_50_lines_without_their_docstring(root: Path):
    long = []
    for path in python_files(root):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                doc = ast.get_docstring(node, clean=False)
                body = node.end_lineno - node.lineno + 1 - (len(doc.splitlines()) if doc else 0)  # type: ignore[operator]
                if body > 50:
                    long.append(f"{path.relative_to(root)}:{node.lineno} {node.name} {body}")
    assert long == []


@pytest.mark.parametrize("word", ["/work/", "/root/", "localhost:4873"])
def test_no_machine_path_is_committed(root: Path, word: str):
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True)
    suffixes = (".py", ".md", ".yaml", ".toml", ".ipynb", ".txt")
    texts = [root / n for n in listed.stdout.split("\n") if n.endswith(suffixes) and Path(__file__).name not in n]
    assert [str(p) for p in texts if p.is_file() and word in p.read_text("utf-8", errors="ignore")] == []
