"""What users call methods, and what is made of it."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from gifnet.errors import EvaluationError
from gifnet.evaluation.fusing.luma_fusion import COLOUR_REVISION, by_luma, one_after_the_other
from gifnet.evaluation.fusing.method import Method
from gifnet.imaging.arrays import FloatArray
from gifnet.tasks import Application
from gifnet.version import __version__

_RENAMED = re.compile(r"(?P<name>[^=:/\\]+)=(?P<rest>.+)")
_FUNCTION = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<function>[A-Za-z_]\w*)")


def make_method(text: str, *, application: Application = Application.AUTO) -> Method:
    """Make a method of what a user calls it.

    Args:
        text: one of these, with ``NAME=`` before it to call the method otherwise:

            - the name of a baseline (``gifnet.baselines``);
            - ``gifnet``: the network with the package's default weights;
            - ``gifnet:paper``, ``gifnet:FILE``: with other weights of the package, or a file's;
            - ``onnx:FILE``: a network in an ONNX file, see ``OnnxPair``;
            - ``module:function``: a Python function, see ``FunctionMethod``.

            Networks take two pictures; more of them they fuse one after the other.
        application: what the pictures show; it sets the order in which gifnet takes its sources.

    Returns:
        The method. The network of gifnet is loaded when it fuses for the first time.

    Raises:
        EvaluationError: there is no such method, or it cannot be used.
        CheckpointError: the weights cannot be read.
        MissingDependencyError: an ONNX file needs the extra ``onnx``.
    """
    renamed = _RENAMED.fullmatch(text)
    what = (renamed["rest"] if renamed else text).strip()
    name = renamed["name"].strip() if renamed else None
    kind, _, rest = what.partition(":")
    if kind == "gifnet":
        return _gifnet(text, name, rest or None, application)
    if kind == "onnx" and rest:
        return _onnx(text, name, Path(rest))
    function = _FUNCTION.fullmatch(what)
    if function:
        return _function(text, name, function["module"], function["function"])
    return _baseline(text, name, what)


def make_methods(
    texts: Sequence[str], *, application: Application = Application.AUTO
) -> tuple[Method, ...]:
    """Make several methods, see ``make_method``.

    Args:
        texts: at least one.
        application: as for ``make_method``.

    Returns:
        The methods, in the same order.

    Raises:
        EvaluationError: as for ``make_method``, or there is none, or two have one name.
    """
    if not texts:
        raise EvaluationError(f"expected at least one method, got none; there are {_known()}")
    methods = tuple(make_method(text, application=application) for text in texts)
    names = [method.name for method in methods]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EvaluationError(
            f"expected methods of different names, got {', '.join(twice)} more than once; "
            "write NAME=... before one of them"
        )
    return methods


def method_names() -> tuple[str, ...]:
    """Names of all methods that need no file: ``gifnet`` and the baselines."""
    from gifnet.baselines import BASELINES, PANSHARPENING_BASELINES

    return ("gifnet", *BASELINES, *(n for n in PANSHARPENING_BASELINES if n not in BASELINES))


def _baseline(text: str, name: str | None, what: str) -> Method:
    from gifnet.baselines import BASELINES, PANSHARPENING_BASELINES

    baseline, sharpener = BASELINES.get(what), PANSHARPENING_BASELINES.get(what)
    if baseline is None and sharpener is None:
        close = get_close_matches(what, method_names(), n=3)
        advice = f"did you mean {' or '.join(close)}? " if close else ""
        raise EvaluationError(f"there is no method {what!r}; {advice}There are {_known()}")
    return Method(
        name=name or what,
        text=text,
        digest=f"baseline:{what}:{__version__}:{COLOUR_REVISION}",
        parallel=True,
        operation=None if baseline is None else by_luma(baseline.function),
        sharpening=None if sharpener is None else sharpener.function,
    )


def _gifnet(text: str, name: str | None, file: str | None, application: Application) -> Method:
    from gifnet.checkpoints.bundled import weights_file
    from gifnet.checkpoints.weights_file import require_file, sha256_of

    with weights_file(file) as weights:
        require_file(weights)
        digest = sha256_of(weights)
    return Method(
        name=name or ("gifnet" if file is None else f"gifnet-{Path(file).stem}"),
        text=text,
        digest=f"gifnet:{digest}:{application}:{__version__}:{COLOUR_REVISION}",
        parallel=False,
        operation=one_after_the_other(_network(file, application)),
    )


def _network(
    file: str | None, application: Application
) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """The network as an operation on two pictures, loaded when it is needed."""
    from gifnet.inference import Fuser

    loaded: list[Fuser] = []

    def fuse(first: FloatArray, second: FloatArray) -> FloatArray:
        if not loaded:
            loaded.append(Fuser(file))
        fused = loaded[0].fuse(first, second, application=application)
        return np.asarray(fused, np.float32)

    return fuse


def _onnx(text: str, name: str | None, file: Path) -> Method:
    from gifnet.evaluation.fusing.onnx_method import OnnxPair, onnx_digest

    name = name or file.stem
    digest = onnx_digest(file)
    return Method(
        name=name,
        text=text,
        digest=f"onnx:{digest}:{__version__}:{COLOUR_REVISION}",
        parallel=False,
        operation=one_after_the_other(OnnxPair(file, name)),
    )


def _function(text: str, name: str | None, module: str, function: str) -> Method:
    from gifnet.evaluation.fusing.function_method import FunctionMethod

    name = name or f"{module}.{function}"
    operation = FunctionMethod(module, function, name)
    return Method(
        name=name,
        text=text,
        digest=f"function:{module}:{function}:{operation.digest()}:{__version__}:{COLOUR_REVISION}",
        parallel=False,
        operation=operation,
    )


def _known() -> str:
    return (
        f"{', '.join(method_names())}; or gifnet:WEIGHTS, onnx:FILE, module:function; "
        "NAME=... before any of them renames it"
    )
