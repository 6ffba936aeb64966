"""One graph on OpenVINO, compiled for the sizes that it meets."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock, local
from typing import Any

import numpy as np
import openvino

_MOST_SIZES = 6
# A graph for one size is a seventh to a quarter faster than one for any size; compiling it takes as
# long as it saves on so many pixels (measured).
_WORTH_COMPILING = 400_000

Sizes = tuple[tuple[int, ...], ...]


class Stage:
    """A model, compiled for sizes that come often, and once for all others.

    Args:
        core: compiles.
        model: with inputs of any size.
        configuration: of the processor's plugin.
    """

    def __init__(self, core: Any, model: Any, configuration: Mapping[str, Any]) -> None:
        self._core, self._model = core, model
        self._configuration = dict(configuration)
        self._for_size: OrderedDict[Sizes, _Compiled] = OrderedDict()
        self._for_any: _Compiled | None = None
        self._expected = 1
        self._compiling = Lock()

    def expect(self, times: int) -> None:
        """Hear how often a size that is new will come from here on."""
        self._expected = times

    def run(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Compute.

        Args:
            inputs: by name; float16 arrays hold the bits of bfloat16.

        Returns:
            All outputs by name, in memory that the thread's next run of the same size overwrites.
        """
        sizes = tuple(values.shape for values in inputs.values())
        with self._compiling:
            compiled = self._compiled(sizes, tuple(inputs))
        return compiled.run(inputs)

    def release(self) -> None:
        """Give back the memory between the layers."""
        for compiled in (*self._for_size.values(), self._for_any):
            if compiled:
                compiled.release()

    def _compiled(self, sizes: Sizes, names: tuple[str, ...]) -> "_Compiled":
        if sizes in self._for_size:
            self._for_size.move_to_end(sizes)
            return self._for_size[sizes]
        pixels = max(size[1] * size[2] if len(size) == 4 else 0 for size in sizes)
        if self._for_any is None and len(self._for_size) < 2:
            # Nothing is there to save the work of compiling.
            worth = True
        else:
            worth = pixels * self._expected >= _WORTH_COMPILING
        if not worth:
            if self._for_any is None:
                self._for_any = self._compile(self._model)
            return self._for_any
        model = self._model.clone()
        model.reshape({name: list(size) for name, size in zip(names, sizes, strict=True)})
        while len(self._for_size) >= _MOST_SIZES:
            self._for_size.popitem(last=False)
        self._for_size[sizes] = self._compile(model)
        return self._for_size[sizes]

    def _compile(self, model: Any) -> "_Compiled":
        return _Compiled(self._core.compile_model(model, "CPU", self._configuration))


class _Compiled:
    """A compiled model, and a request for each thread that uses it."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._requests = local()

    def run(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        if not hasattr(self._requests, "own"):
            self._requests.own = self._model.create_infer_request()
        request = self._requests.own
        # Tensors share the arrays' memory: these must live until the request is done.
        arrays = {name: np.ascontiguousarray(values) for name, values in inputs.items()}
        for name, array in arrays.items():
            if array.dtype == np.float16:
                tensor = openvino.Tensor(array, array.shape, openvino.Type.bf16)
            else:
                tensor = openvino.Tensor(array, shared_memory=True)
            request.set_tensor(name, tensor)
        request.infer()
        outputs = request.model_outputs
        return {
            name: request.get_tensor(output).data for output in outputs for name in output.names
        }

    def release(self) -> None:
        self._model.release_memory()
