"""The stages on PyTorch: GPUs (CUDA, MPS), and processors where nothing else is installed."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from gifnet.engine.folding import CHANNELS, HEADS, MARGIN, WINDOW
from gifnet.engine.runtime import Embedded, Features, FloatArray, Padding, Sums

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class TorchRuntime:
    """The folded network in PyTorch's functions, channels last.

    Args:
        weights: folded weights.
        precision: ``float32`` or ``bfloat16``; the decoder's last layers stay in float32.
        device: ``cpu``, ``cuda`` or ``mps``.
        threads: how many to compute with on a CPU, for the whole process.
    """

    name = "torch"
    fixed_bytes = 0.0

    def __init__(
        self,
        weights: Mapping[str, NDArray[np.float32]],
        precision: str,
        device: str,
        threads: int | None = None,
    ) -> None:
        self.precision = precision
        self._dtype = _DTYPES[precision]
        self._device = torch.device(device)
        self.bytes_per_feature = self._dtype.itemsize
        self.working_bytes = 3_250 * self._dtype.itemsize if device != "cpu" else 13_000
        # A GPU wants thousands of windows at a time; a processor wants what stays in its cache.
        self.best_tile = 512 if device != "cpu" else 96
        if threads is not None and device == "cpu":
            torch.set_num_threads(threads)
        self._weights = {
            name: self._place(torch.from_numpy(array), name) for name, array in weights.items()
        }

    @torch.inference_mode()
    def embed(self, pair: FloatArray) -> Embedded:
        """See ``Runtime.embed``."""
        shared = self._encode(self._input(pair))
        height, width = shared.shape[-2:]
        shared = functional.pad(shared, (0, -width % 4, 0, -height % 4), mode="reflect")
        dp, mm = (
            self._convolve(shared, f"embed_{name}", pad=1).permute(0, 2, 3, 1)
            for name in ("dp", "mm")
        )
        return Embedded(dp, mm, _sums(dp), _sums(mm))

    @torch.inference_mode()
    def interact(
        self, dp: Features, mm: Features, moments: FloatArray, auxiliary_weight: FloatArray
    ) -> tuple[Features, Sums]:
        """See ``Runtime.interact``."""
        main, query = self._branch("dp0", dp, moments[:2])
        auxiliary, _ = self._branch("mm0", mm, moments[2:], query)
        features = main + float(auxiliary_weight[0]) * auxiliary
        return features, _sums(features)

    @torch.inference_mode()
    def shift(self, features: Features, moments: FloatArray) -> Features:
        """See ``Runtime.shift``."""
        return self._branch("dp1", features, moments)[0]

    @torch.inference_mode()
    def decode(self, pair: FloatArray, shifted: Features) -> FloatArray:
        """See ``Runtime.decode``."""
        height, width = pair.shape[-2:]
        maps = self._convolve(shifted.permute(0, 3, 1, 2), "gate_main", pad=1)
        maps = maps[..., :height, :width]
        shared = functional.conv2d(
            self._encode(self._input(pair)), self._weights["gate_shared.kernel"]
        )
        maps = torch.relu(maps + shared)
        maps = torch.relu(self._convolve(maps, "decoder0", pad=1)).float()
        for index in (1, 2):
            maps = torch.relu(self._convolve(maps, f"decoder{index}", pad=1))
        maps = torch.tanh(self._convolve(maps, "decoder3", pad=1)) * 0.5 + 0.5
        fused: FloatArray = maps.cpu().numpy()
        return fused

    def allocate(self, rows: int, columns: int) -> Features:
        """See ``Runtime.allocate``."""
        shape = (1, rows, columns, CHANNELS)
        return torch.empty(shape, dtype=self._dtype, device=self._device)

    def assemble(self, parts: Sequence[Features], padding: Padding) -> Features:
        """See ``Runtime.assemble``."""
        features = parts[0] if len(parts) == 1 else torch.cat(list(parts), dim=1)
        if not any(padding):
            return features
        sides = (padding.left, padding.right, padding.top, padding.bottom)
        maps = functional.pad(features.permute(0, 3, 1, 2), sides, mode="reflect")
        return maps.permute(0, 2, 3, 1).contiguous()

    def expect(self, stage: str, times: int) -> None:
        """See ``Runtime.expect``: one size is as good as another."""

    def release(self) -> None:
        """See ``Runtime.release``: PyTorch keeps its own store of memory."""

    def _place(self, weight: Tensor, name: str) -> Tensor:
        exact = name.startswith(("decoder1", "decoder2", "decoder3"))
        dtype = torch.float32 if exact else self._dtype
        weight = weight.to(self._device, dtype)
        if weight.ndim == 4 and name.endswith(".kernel"):
            weight = weight.contiguous(memory_format=torch.channels_last)
        return weight

    def _input(self, pair: FloatArray) -> Tensor:
        maps = torch.from_numpy(np.ascontiguousarray(pair)).to(self._device, self._dtype)
        return maps.contiguous(memory_format=torch.channels_last)

    def _encode(self, pair: Tensor) -> Tensor:
        features = pair
        for index in range(3):
            new = torch.relu(self._convolve(features, f"encoder{index}", pad=1))
            features = torch.cat([features, new], dim=1)
        return features

    def _convolve(self, maps: Tensor, name: str, *, pad: int = 0, groups: int = 1) -> Tensor:
        if pad:
            maps = functional.pad(maps, [pad] * 4, mode="reflect")
        kernel, bias = self._weights[f"{name}.kernel"], self._weights[f"{name}.bias"]
        # Left alone, cuDNN computes float32 with ten bits of the mantissa (TF32).
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            return functional.conv2d(maps, kernel, bias, groups=groups)

    def _multiply(self, pixels: Tensor, name: str) -> Tensor:
        matrix, bias = self._weights[f"{name}.matrix"], self._weights[f"{name}.bias"]
        return functional.linear(pixels, matrix.T, bias)

    def _branch(
        self, name: str, features: Tensor, moments: FloatArray, query: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        mean, deviation = (float(value) for value in moments)
        normalised = features * (1 / deviation) - mean / deviation
        inner = (slice(None), slice(MARGIN, -MARGIN), slice(MARGIN, -MARGIN))
        windows = _cut(normalised[inner])
        if query is None:
            query = _heads(self._multiply(windows, f"{name}.query"))
        attended = functional.scaled_dot_product_attention(
            query,
            _heads(self._multiply(windows, f"{name}.key")),
            _heads(self._multiply(windows, f"{name}.value")),
            attn_mask=self._weights[f"position_bias{name[-1]}"],
            scale=1.0,
        )
        value = self._multiply(normalised, f"{name}.value").permute(0, 3, 1, 2)
        value = self._convolve(value, f"{name}.depthwise", groups=CHANNELS).permute(0, 2, 3, 1)
        output = self._multiply(value + _join(attended, value.shape), f"{name}.projection")
        part = {key: self._weights[f"{name}.{key}"] for key in _WAY_BACK}
        rescale = part["rescale_weight"] * deviation + part["rescale_bias"]
        rebias = part["rebias_weight"] * mean + part["rebias_bias"]
        features = features[inner] + (output * rescale + rebias)
        hidden = torch.relu(self._multiply(features, f"{name}.expand"))
        return features + self._multiply(hidden, f"{name}.reduce"), query


_WAY_BACK = ("rescale_weight", "rescale_bias", "rebias_weight", "rebias_bias")


def _cut(features: Tensor) -> Tensor:
    """(1, rows, columns, 98) -> (N, 64, 98)."""
    _, rows, columns, _ = features.shape
    maps = features.reshape(rows // WINDOW, WINDOW, columns // WINDOW, WINDOW, CHANNELS)
    return maps.permute(0, 2, 1, 3, 4).reshape(-1, WINDOW**2, CHANNELS)


def _heads(windows: Tensor) -> Tensor:
    """(N, 64, 98) -> (N, 2, 64, 49)."""
    return windows.view(-1, WINDOW**2, HEADS, CHANNELS // HEADS).transpose(1, 2)


def _join(attended: Tensor, shape: torch.Size) -> Tensor:
    """(N, 2, 64, 49) -> (1, rows, columns, 98)."""
    _, rows, columns, _ = shape
    windows = attended.transpose(1, 2).reshape(
        rows // WINDOW, columns // WINDOW, WINDOW, WINDOW, CHANNELS
    )
    return windows.permute(0, 2, 1, 3, 4).reshape(1, rows, columns, CHANNELS)


def _sums(features: Tensor) -> Sums:
    values = features.float()
    return Sums(
        values.sum(dim=-1).cpu().numpy(),
        torch.linalg.vector_norm(values, dim=-1).cpu().numpy(),
    )
