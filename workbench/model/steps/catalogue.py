"""What a step is: a named macro from expressions to an expression, with its documentation and inverse."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from workbench.errors import UnknownNameError, UsageError, did_you_mean
from workbench.model.expr import Expr
from workbench.model.primitives import TypeClash
from workbench.registry import Registry

__all__ = ["STEPS", "Context", "Outcome", "Step", "StepFault", "step"]

Inverse = Callable[[Any], "Sequence[Any] | None"]


class StepFault(Exception):  # noqa: N818 - a finding that resolve turns into a fault with its line
    """A step is given arguments or columns that do not fit."""

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(what)
        self.what, self.cure = what, cure


class Context(Protocol):
    """What a step may ask of the spec around it."""

    def column(self, name: str) -> Expr:
        """Another column of the row, by the path written in the spec; raises `StepFault`."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """The value a step gives, and when the row is rejected instead.

    Attributes:
        value: The result.
        rejects: Pairs of a boolean expression and the reason in the user's terms.
    """

    value: Expr
    rejects: tuple[tuple[Expr, str], ...] = ()


@dataclass(frozen=True)
class Step:
    """A step of the catalogue.

    Attributes:
        name: As written in a spec.
        function: The macro.
        params: Pydantic model of its arguments.
        first: The argument that a bare value stands for, as in {prefix: 'CRM-'}.
        many: It takes several source values (concat, coalesce, uuid5 …).
        null: What it makes of a null.
        rejects: What it rejects, '' when nothing.
        inverse: From its arguments the steps that undo it; None when it cannot be undone.
        loses: What the inverse cannot bring back, '' when nothing; where it depends on the arguments, a
            function of them.
    """

    name: str
    function: Callable[..., Expr | Outcome]
    params: type[BaseModel]
    first: str | None
    many: bool
    null: str
    rejects: str
    inverse: Inverse | None
    loses: str | Callable[[Any], str]
    needs_context: bool = field(default=False)

    @property
    def doc(self) -> str:
        """The docstring, dedented."""
        return inspect.getdoc(self.function) or ""

    def undo(self, args: Any) -> tuple[list[Any], str] | None:
        """The steps that undo it, as written in a spec, and what they cannot bring back; None when none do.

        Args:
            args: The arguments as written.

        Raises:
            StepFault: The arguments do not fit.
        """
        params = self.arguments(args)
        steps = self.inverse(params) if self.inverse is not None else None
        lost = self.loses if isinstance(self.loses, str) else self.loses(params)
        return None if steps is None else (list(steps), lost)

    def arguments(self, args: Any) -> BaseModel:
        """Give the written arguments their types.

        Args:
            args: None, one value, a list, or a mapping by name.

        Raises:
            StepFault: They do not fit.
        """
        known = [f.alias or n for n, f in self.params.model_fields.items()]
        if args is None:
            given: Mapping[str, Any] = {}
        elif isinstance(args, Mapping) and (set(args) & set(known) or self.first is None):
            given = args
        elif self.first is None:
            raise StepFault(f"{self.name} takes no arguments", "write just its name")
        else:
            given = {self.first: args}
        try:
            return self.params.model_validate(given)
        except ValidationError as e:
            raise _argument_fault(self.name, e, known) from None

    def apply(self, values: Sequence[Expr], args: Any, context: Context) -> Outcome:
        """Unfold the step over values.

        Args:
            values: The value so far; several only for a step that takes many.
            args: The arguments as written.
            context: The spec around it.

        Raises:
            StepFault: The arguments, the number of values or their types do not fit.
        """
        params = self.arguments(args)
        if not self.many and len(values) != 1:
            raise StepFault(
                f"{self.name} works on one value, not on {len(values)}",
                "join them first with concat or coalesce",
            )
        given = {n: getattr(params, n) for n in type(params).model_fields}
        if self.needs_context:
            given["context"] = context
        try:
            out = self.function(*([tuple(values)] if self.many else values), **given)
        except TypeClash as e:
            raise StepFault(f"{self.name}: {e}", "add a step that gives the type it needs") from None
        return out if isinstance(out, Outcome) else Outcome(out)


def through(value: Expr, steps: Any, context: Context, within: str) -> Outcome:
    """Unfold a chain of steps that stands inside a step's arguments.

    Args:
        value: What the chain starts from.
        steps: One step or several, as written.
        context: The spec around them.
        within: The step they stand in, for messages.

    Raises:
        StepFault: A step is not known, or its arguments or the value do not fit.
    """
    rejects: list[tuple[Expr, str]] = []
    for written in steps if isinstance(steps, list | tuple) else [steps] if steps else []:
        if isinstance(written, str):
            name, args = written, None
        elif isinstance(written, Mapping) and len(written) == 1:
            name, args = next(iter(written.items()))
        else:
            raise StepFault(f"{within}: {written!r} is not a step", "write its name, or one name with its arguments")
        try:
            outcome = STEPS[name].apply([value], args, context)
        except UnknownNameError as e:
            raise StepFault(f"{within}: {e.fault.what}", e.fault.cure) from None
        rejects += outcome.rejects
        value = outcome.value
    return Outcome(value, tuple(rejects))


def _argument_fault(name: str, error: ValidationError, known: Iterable[str]) -> StepFault:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(p) for p in first["loc"])
    if first["type"] == "extra_forbidden":
        return StepFault(f"{name} has no argument '{place}'", did_you_mean(place, known))
    if first["type"] == "missing":
        return StepFault(f"{name} needs the argument '{place}'", f"write {{{name}: {{{place}: …}}}}")
    message = first["msg"].removeprefix("Value error, ")
    return StepFault(f"{name}: argument '{place}': {message} (found {first.get('input')!r})")


STEPS: Registry[Step] = Registry("step")


def step(
    *,
    null: str = "stays null",
    rejects: str = "",
    many: bool = False,
    inverse: Inverse | None = None,
    loses: str | Callable[[Any], str] = "",
) -> Callable[[Callable[..., Expr | Outcome]], Callable[..., Expr | Outcome]]:
    """Register the decorated macro as a step of the catalogue.

    The macro's first parameter is the value (a tuple of values for ``many``), its keyword-only parameters
    are the step's arguments (a trailing underscore is dropped: ``from_`` is written ``from``), and a
    parameter called ``context`` is given the `Context`.
    """

    def add(function: Callable[..., Expr | Outcome]) -> Callable[..., Expr | Outcome]:
        from pydantic import Field

        name = function.__name__.rstrip("_")
        fields: dict[str, Any] = {}
        # eval_str: the modules use postponed annotations
        for key, p in list(inspect.signature(function, eval_str=True).parameters.items())[1:]:
            if key != "context":
                default = ... if p.default is inspect.Parameter.empty else p.default
                fields[key] = (p.annotation, Field(default, alias=key.rstrip("_")))
        params = create_model(
            f"{name}_arguments",
            __config__=ConfigDict(extra="forbid", populate_by_name=True, coerce_numbers_to_str=True),
            **fields,
        )
        if not function.__doc__ or ">>>" not in function.__doc__:
            raise UsageError(f"the step '{name}' needs a docstring with an example")
        STEPS.add(
            name,
            Step(
                name, function, params, next(iter(fields), "").rstrip("_") or None, many, null, rejects,
                inverse, loses, "context" in inspect.signature(function).parameters,
            ),
        )  # fmt: skip
        return function

    return add
