"""What is wrong in a configuration, in words."""

from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError


def describe(error: ValidationError, root: type[BaseModel]) -> str:
    """Name each wrong value, what came, and for an unknown name the one that may be meant.

    Args:
        error: What pydantic says.
        root: The configuration's class.
    """
    problems = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            *sections, name = map(str, item["loc"])
            near = get_close_matches(name, _names(root, sections), n=1)
            problems.append(f"{place}: unknown name" + (f"; meant is {near[0]}?" if near else ""))
        elif item["type"] == "missing":
            problems.append(f"{place}: is missing")
        elif item["type"] == "value_error":
            problems.append(item["msg"].removeprefix("Value error, "))
        else:
            problems.append(f"{place}: {item['msg']}, got {item['input']!r}")
    return "; ".join(problems)


def _names(root: type[BaseModel], place: list[str]) -> list[str]:
    """The names that the section at a place has."""
    section = root
    for part in place:
        if part in section.model_fields:  # and not a number in a list
            annotation = section.model_fields[part].annotation
            kinds = [k for k in (annotation, *get_args(annotation)) if isinstance(k, type)]
            section = next(kind for kind in kinds if issubclass(kind, BaseModel))
    return list(section.model_fields)
