"""The landscape: systems, datasets, the flows between them, owners and success criteria."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from workbench.errors import Fault, LandscapeError, UnknownNameError, UsageError

from .contract import Contract
from .contract_odcs import load_contract
from .criteria import Criterion

__all__ = ["Dataset", "Flow", "Landscape", "Owner", "System", "path_inside"]

SUFFIX = ".odcs.yaml"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://")
_PASSWORD = re.compile(r"://[^/@\s]*:(?!\$\{)[^/@\s]+@")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
Rhythm = Literal["continuous", "hourly", "daily", "nightly", "weekly", "monthly", "on demand", "unknown"]
_ID = r"^[A-Za-z0-9_][A-Za-z0-9_\-]*$"


class _Noun(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


N = TypeVar("N", "System", "Dataset", "Flow", "Owner")


class Owner(_Noun):
    """Who answers for something.

    Attributes:
        id: Short name, as in 'crm-team'.
        name: Full name.
        roles: What they do: owner, steward, maintainer, approver, operator.
        contact: Where to reach them.
    """

    id: str = Field(pattern=_ID)
    name: str
    roles: tuple[Literal["owner", "steward", "maintainer", "approver", "operator"], ...] = ("owner",)
    contact: str | None = None


class System(_Noun):
    """A system that holds data.

    Attributes:
        id: Short name, as in 'crm'.
        name: Full name.
        kind: What it is: crm, erp, shop, warehouse, legacy …
        owner: Id of the owner.
        technology: What it runs on, as in 'PostgreSQL 16'.
        rhythm: How often its data changes hands.
        description: What it is for.
    """

    id: str = Field(pattern=_ID)
    name: str
    kind: str
    owner: str
    technology: str = ""
    rhythm: Literal["continuous", "hourly", "daily", "nightly", "weekly", "monthly", "on demand", "unknown"] = "unknown"
    description: str = ""


class Dataset(_Noun):
    """A table, file or feed of a system.

    Attributes:
        id: 'system.dataset', as in 'crm.customers'.
        location: A path relative to the landscape file, or a URL; ${NAME} is taken from the environment and
            may be the whole of it.
        format: csv, parquet, json, ndjson, excel, sqlite, duckdb, postgresql …; found out when not said.
        table: The table or sheet, where the location holds several.
        options: Whatever else the reader takes, as in {delimiter: ";"}.
        contract: Path of its data contract, relative to the landscape file.
        owner: Id of the owner; the system's when not said.
        role: Whether flows read it, write it or both.
        rows_per_day: Expected new or changed records a day.
        description: What it holds.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_\-]*\.[A-Za-z0-9_][A-Za-z0-9_\-.]*$")
    location: str = Field(min_length=1)
    format: str | None = None
    table: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    contract: str | None = None
    owner: str | None = None
    role: Literal["source", "target", "both"] = "source"
    rows_per_day: int | None = Field(default=None, ge=0)
    description: str = ""

    @property
    def system(self) -> str:
        """Id of the system: what stands before the first point."""
        return self.id.partition(".")[0]

    @property
    def is_url(self) -> bool:
        """Whether the location is a URL, or a variable that may hold one, and not a path."""
        return bool(_URL.match(self.location) or _VARIABLE.fullmatch(self.location))

    @field_validator("location")
    @classmethod
    def _no_secrets(cls, value: str) -> str:
        if _PASSWORD.search(value):
            raise ValueError("a password must not stand here: write ${NAME} and set it in the environment")
        if value.lower().startswith("file:"):
            raise ValueError("a file is named by its path, not by file://")
        return value


class Flow(_Noun):
    """Data on its way from a dataset to an entity or to another dataset.

    Attributes:
        id: Short name, as in 'crm-customers'.
        source: Id of the source dataset, or name of the entity a flow to a target starts from.
        target: Name of an entity or id of a dataset.
        spec: Path of the mapping spec, relative to the landscape file; none while nobody wrote one.
        mode: batch, micro-batch or stream.
        schedule: When it runs, in words or as cron.
        criteria: Its measurable promises.
        production: Whether it must run an approved spec.
        owner: Id of the owner.
        documentation: Path of what is written about it.
        description: What it is for.
    """

    id: str = Field(pattern=_ID)
    source: str
    target: str
    spec: str | None = None
    mode: Literal["batch", "micro-batch", "stream"] = "batch"
    schedule: str | None = None
    criteria: tuple[Criterion, ...] = ()
    production: bool = False
    owner: str
    documentation: str | None = None
    description: str = ""


class Landscape(_Noun):
    """The inventory of systems, datasets, flows and owners.

    Attributes:
        landscape: Version of the format: 1.
        name: Short name.
        description: What the landscape is.
        owners: Who answers for what.
        systems: The systems.
        datasets: Their datasets.
        entities: Folder of the canonical entities' contracts.
        flows: The flows between datasets and entities.
    """

    landscape: Literal["1"]
    name: str
    description: str = ""
    owners: tuple[Owner, ...] = ()
    systems: tuple[System, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    entities: str = "contracts/entities"
    flows: tuple[Flow, ...] = ()
    _root: Path = PrivateAttr(default_factory=Path)

    @property
    def root(self) -> Path:
        """The folder the landscape file lies in; every path in it starts there."""
        return self._root

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: plain text and HTML."""
        from .displays import landscape_bundle

        return landscape_bundle(self)

    def system(self, id: str) -> System:
        """The system of this id; UnknownNameError when there is none."""
        return _find("system", id, self.systems)

    def dataset(self, id: str) -> Dataset:
        """The dataset of this id; UnknownNameError when there is none."""
        return _find("dataset", id, self.datasets)

    def flow(self, id: str) -> Flow:
        """The flow of this id; UnknownNameError when there is none."""
        return _find("flow", id, self.flows)

    def owner(self, id: str) -> Owner:
        """The owner of this id; UnknownNameError when there is none."""
        return _find("owner", id, self.owners)

    @property
    def entity_names(self) -> tuple[str, ...]:
        """Names of the canonical entities: the files in the entities' folder."""
        folder = path_inside(self.root, self.entities)
        return tuple(sorted(p.name.removesuffix(SUFFIX) for p in folder.glob(f"*{SUFFIX}")))

    def entity(self, name: str) -> Contract:
        """The contract of a canonical entity.

        Raises:
            UnknownNameError: There is no such entity.
            ContractError: Its contract is faulty.
            LandscapeError: Its contract is not that of a canonical entity.
        """
        if name not in self.entity_names:
            raise UnknownNameError.of("entity", name, self.entity_names)
        path = path_inside(self.root, self.entities) / f"{name}{SUFFIX}"
        contract = load_contract(path)
        if not contract.is_entity:
            what = "the contract is not that of a canonical entity"
            raise LandscapeError([Fault(what, str(path), "add 'canonical' to its tags")])
        return contract

    def contract(self, dataset: str) -> Contract:
        """The contract of a dataset.

        Raises:
            UnknownNameError: There is no such dataset.
            UsageError: It has no contract.
            ContractError: Its contract is faulty.
        """
        found = self.dataset(dataset)
        if found.contract is None:
            raise UsageError(f"the dataset '{dataset}' has no contract", cure="workbench contract infer")
        return load_contract(path_inside(self.root, found.contract))

    def location(self, dataset: str | Dataset) -> str:
        """Where a dataset lies: a path from the root, or a URL, with its ${NAMES} filled in.

        Raises:
            UnknownNameError: There is no such dataset.
            UsageError: A variable is not set in the environment, or what it holds leads out of the folder.
        """
        found = self.dataset(dataset) if isinstance(dataset, str) else dataset
        for name in _VARIABLE.findall(found.location):
            if name not in os.environ:
                cure = f"export {name}=…, as in postgresql://user@host/database" if found.is_url else f"export {name}=…"
                raise UsageError(f"the environment variable {name} is not set", where=found.id, cure=cure)
        text = _VARIABLE.sub(lambda m: os.environ[m[1]], found.location)
        return text if _URL.match(text) else str(path_inside(self.root, text, where=found.id))

    def at(self, root: Path) -> Self:
        """The same landscape, its paths starting at this folder."""
        copy = self.model_copy()
        copy._root = root
        return copy


def _find(kind: str, id: str, among: tuple[N, ...]) -> N:
    for noun in among:
        if noun.id == id:
            return noun
    raise UnknownNameError.of(kind, id, [noun.id for noun in among])


def path_inside(root: Path, path: str, *, where: str = "") -> Path:
    """Follow a relative path that must stay in its folder.

    Raises:
        UsageError: It is absolute or leads out, by '..' or by a link.
    """
    outside = PurePosixPath(path).is_absolute() or bool(PureWindowsPath(path).anchor) or "\0" in path
    target = root / path
    if outside or not target.resolve().is_relative_to(root.resolve()):
        cure = "move what it names into the folder and write a relative path"
        raise UsageError(f"the path '{path}' leads out of the folder", where=where, cure=cure)
    return target
