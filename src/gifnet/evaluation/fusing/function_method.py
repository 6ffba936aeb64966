"""Methods that are Python functions of the user's."""

import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from gifnet.errors import EvaluationError, GIFNetError
from gifnet.evaluation.fusing.checked_output import OutputCheck
from gifnet.evaluation.fusing.luma_fusion import with_colour
from gifnet.imaging.arrays import FloatArray


class FunctionMethod:
    """Fuses with ``function(sources)`` of a module in the current directory or installed.

    The function gets a list of float32 arrays in [0, 1], (H, W) or (H, W, 3), as the pictures
    are, and returns a float array of the same height and width: (H, W, 3), or (H, W), which is
    taken as luma and gets the colour of the sources as for every grey method.

    Args:
        module: dotted name.
        function: its name in the module.
        name: what errors call the method.

    Raises:
        EvaluationError: there is no such module or function.
    """

    def __init__(self, module: str, function: str, name: str) -> None:
        self._name = name
        self._check = OutputCheck(name)
        self._module = _imported(module)
        self._function = _function_of(self._module, function)

    def __call__(self, sources: Sequence[FloatArray]) -> FloatArray:
        """Fuse pictures of one size, (H, W) or (H, W, 3), float32 in [0, 1].

        Raises:
            EvaluationError: the function fails, or gives something else than a picture.
        """
        try:
            result = self._function([source.copy() for source in sources])
        except GIFNetError:
            raise
        except Exception as error:  # whatever users' functions raise
            raise EvaluationError(
                f"{self._name}: the function failed with {type(error).__name__}: {error}"
            ) from error
        height, width = sources[0].shape[:2]
        fused = self._check(result, (height, width), (height, width, 3))
        if fused.ndim == 2:
            return with_colour(fused, sources)
        if all(source.ndim == 2 for source in sources):
            raise EvaluationError(
                f"{self._name}: expected a grey picture of grey sources, got shape {fused.shape}"
            )
        return fused

    def digest(self) -> str:
        """Digest of the file that the function is in; what that imports is not looked at."""
        try:
            source = inspect.getsourcefile(inspect.unwrap(self._function))
        except TypeError:  # an object that can be called, or one compiled
            source = None
        file = source or self._module.__file__ or ""
        if not Path(file).is_file():
            return "unknown"
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _imported(module: str) -> Any:
    # As `python -m` does. For good: the module may import its neighbours when it is called.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and (module == error.name or module.startswith(error.name + ".")):
            raise EvaluationError(
                f"expected a module {module!r} in {here} or installed, found none; run gifnet in "
                "the folder of the file, and leave .py out"
            ) from None
        raise EvaluationError(f"cannot import the module {module!r}: {error}") from error
    except Exception as error:  # whatever users' modules raise
        raise EvaluationError(
            f"cannot import the module {module!r}: {type(error).__name__}: {error}"
        ) from error


def _function_of(module: Any, function: str) -> Callable[[list[FloatArray]], Any]:
    found = getattr(module, function, None)
    if callable(found):
        called: Callable[[list[FloatArray]], Any] = found
        return called
    there = [name for name in dir(module) if callable(getattr(module, name)) and name[0] != "_"]
    close = get_close_matches(function, there, n=1)
    advice = f"; did you mean {close[0]!r}?" if close else ""
    raise EvaluationError(
        f"expected a function {function!r} in the module {module.__name__!r}, found none{advice}"
    )
