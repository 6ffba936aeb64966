"""Colour profiles of RGB made of three curves and a matrix, which is nearly all that pictures have.

Little CMS in Pillow converts eight bits only; these are computed in floating point, so that
sixteen bits and floats lose nothing. Source: ICC.1:2022, clauses 7, 8.4, 10.6, 10.18.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_CURVE_POINTS = 65_537
_TABLE_TAGS = (b"A2B0", b"A2B1", b"B2A0", b"D2B0")
_LARGEST_TABLE = 2**16
# Of sRGB, adapted to the illuminant D-50 as profiles have it: the columns are red, green, blue.
_SRGB_MATRIX = (
    (0.4360657, 0.3851515, 0.1430784),
    (0.2224932, 0.7168870, 0.0606169),
    (0.0139160, 0.0970764, 0.7140961),
)


@dataclass(frozen=True)
class MatrixProfile:
    """A profile of RGB.

    Attributes:
        matrix: (3, 3), from linear red, green, blue to XYZ under the illuminant D-50.
        curves: (3, N), linear light of encoded values that lie evenly in [0, 1].
    """

    matrix: FloatArray
    curves: FloatArray

    @property
    def is_linear(self) -> bool:
        """Whether encoded values are linear light themselves."""
        even = np.linspace(0.0, 1.0, self.curves.shape[1])
        return bool(np.abs(self.curves - even).max() < 1e-4)


def colour_space(icc: bytes | None) -> str | None:
    """Say what colours a profile is for.

    Args:
        icc: a profile, or None.

    Returns:
        ``RGB``, ``GRAY``, ``CMYK``, ...; None without a profile, or if it is damaged.
    """
    if icc is None or len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    return icc[16:20].decode("ascii", "replace").strip()


def srgb() -> MatrixProfile:
    """The profile of pictures that say nothing: sRGB (IEC 61966-2-1)."""
    encoded = np.linspace(0.0, 1.0, _CURVE_POINTS)
    curve = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return MatrixProfile(np.array(_SRGB_MATRIX), np.stack([curve] * 3))


def read_matrix_profile(icc: bytes) -> MatrixProfile | None:
    """Read a profile of RGB that is made of curves and a matrix.

    Args:
        icc: the profile.

    Returns:
        It; None if it is damaged, or made of tables.
    """
    if colour_space(icc) != "RGB" or icc[20:24] != b"XYZ ":
        return None
    try:
        tags = _tags(icc)
        if any(tag in tags for tag in _TABLE_TAGS):
            return None
        columns = [_xyz(tags[tag]) for tag in (b"rXYZ", b"gXYZ", b"bXYZ")]
        curves = [_curve(tags[tag]) for tag in (b"rTRC", b"gTRC", b"bTRC")]
    except (KeyError, ValueError, struct.error):
        return None
    matrix = np.array(columns).T
    if abs(np.linalg.det(matrix)) < 1e-6 or not all(_rises(curve) for curve in curves):
        return None
    return MatrixProfile(matrix, np.stack(curves))


def convert_rgb(encoded: FloatArray, source: MatrixProfile, target: MatrixProfile) -> FloatArray:
    """Convert colours from one profile to another, relative to the media's white.

    Args:
        encoded: (..., 3), in [0, 1], unless both profiles are linear.
        source: of these.
        target: of the result.

    Returns:
        The same shape; colours that the target cannot show are cut to what it can.
    """
    matrix = np.linalg.solve(target.matrix, source.matrix)
    if source.is_linear and target.is_linear:
        unbounded: FloatArray = encoded @ matrix.T
        return unbounded
    even = np.linspace(0.0, 1.0, source.curves.shape[1])
    linear = np.stack(
        [np.interp(encoded[..., band], even, source.curves[band]) for band in range(3)], axis=-1
    )
    linear = np.clip(linear @ matrix.T, 0.0, 1.0)
    even = np.linspace(0.0, 1.0, target.curves.shape[1])
    return np.stack(
        [np.interp(linear[..., band], target.curves[band], even) for band in range(3)], axis=-1
    )


def have_same_effect(first: MatrixProfile, second: MatrixProfile) -> bool:
    """Tell whether two profiles show all colours alike, to an eight-bit level.

    So much lie the profiles apart that call themselves sRGB.
    """
    steps = np.linspace(0.0, 1.0, 9)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    return bool(np.abs(convert_rgb(grid, first, second) - grid).max() < 1 / 255)


def _tags(icc: bytes) -> dict[bytes, bytes]:
    count = struct.unpack_from(">L", icc, 128)[0]
    if count > 1000:
        raise ValueError("too many tags")
    rows = (struct.unpack_from(">4sLL", icc, 132 + 12 * row) for row in range(count))
    return {tag: icc[place : place + size] for tag, place, size in rows}


def _xyz(content: bytes) -> list[float]:
    if content[:4] != b"XYZ ":
        raise ValueError("no colour")
    return [value / 65536 for value in struct.unpack_from(">3l", content, 8)]


def _curve(content: bytes) -> FloatArray:
    encoded = np.linspace(0.0, 1.0, _CURVE_POINTS)
    if content[:4] == b"curv":
        count = struct.unpack_from(">L", content, 8)[0]
        if count == 0:
            return encoded
        if count == 1:
            return np.asarray(encoded ** (struct.unpack_from(">H", content, 12)[0] / 256))
        if count > _LARGEST_TABLE:
            raise ValueError("a curve of too many points")
        points = np.frombuffer(content, ">u2", count, 12) / 65535
        return np.interp(encoded, np.linspace(0.0, 1.0, count), points)
    if content[:4] == b"para":
        return _parametric(content, encoded)
    raise ValueError("an unknown curve")


def _parametric(content: bytes, x: FloatArray) -> FloatArray:
    kind = struct.unpack_from(">H", content, 8)[0]
    counts = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
    if kind not in counts:
        raise ValueError("an unknown curve")
    values = [v / 65536 for v in struct.unpack_from(f">{counts[kind]}l", content, 12)]
    g, a, b, c, d, e, f = (values + [0.0] * 7)[:7]
    if kind == 0:
        return np.asarray(x**g)
    if kind in {1, 2}:
        # kind 1 is kind 2 with c = 0; both are flat below -b / a.
        above = np.maximum(a * x + b, 0.0) ** g
        return np.asarray(np.where(x >= -b / a, above, 0.0) + (c if kind == 2 else 0.0))
    offset, below = (e, f) if kind == 4 else (0.0, 0.0)
    return np.asarray(np.where(x >= d, np.maximum(a * x + b, 0.0) ** g + offset, c * x + below))


def _rises(curve: FloatArray) -> bool:
    """Whether a curve can be inverted."""
    return bool(np.isfinite(curve).all() and (np.diff(curve) >= 0).all() and curve[-1] > curve[0])
