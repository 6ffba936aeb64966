"""What weights make of drawn pictures: flat ones, steps, and sources that are hard to bear."""

from typing import Any

import cv2
import numpy as np

from gifnet.errors import CheckpointError
from measure_weights.kept_fuser import KeptFuser
from measure_weights.progress import shown
from measure_weights.sharp_pictures import Grey
from measure_weights.window_pattern import edge_excess, excess_beyond, tile_amplitude

FLAT_SIZES = ((64, 64), (64, 96), (45, 61))
"""Height and width."""
FLAT_LEVELS = tuple(round(0.05 * index, 2) for index in range(21))
STEP_LEVELS = ((0.3, 0.7), (0.1, 0.9), (0.45, 0.55))
DIRECTIONS = ("vertical", "horizontal", "diagonal")
STEP_SIDE = 64
HARD_EDGE = "hard edge"
SOFT_EDGES = {"edge blurred by 0.8 px": 0.8, "edge blurred by 1.5 px": 1.5}
LINES = {"line of 1 px": 1, "line of 2 px": 2}
PROFILES = (HARD_EDGE, *SOFT_EDGES, *LINES)
"""What is drawn with two levels."""
SEED = 5
JPEG_CASE, JPEG_BESIDE = "JPEG blocks", "JPEG blocks and sharp"
"""A picture enhanced that has blocks of its own: those are not to become stronger."""
_ENHANCED = (JPEG_CASE, "black and black", "white and white", "slope")
_FUSED = (
    "black",
    "white",
    "noise",
    "saturated",
    JPEG_BESIDE,
    "noise and noise",
    "black and white",
    "slope and black",
    "slope and white",
)
HARD_CASES = (*_ENHANCED, *_FUSED, *(f"{case}, exchanged" for case in _FUSED))

Row = dict[str, Any]


def measure_flat(fuser: KeptFuser, most: int | None = None) -> list[Row]:
    """The largest shift of every flat pair, with its sign."""
    levels = FLAT_LEVELS if most is None else FLAT_LEVELS[:: max(1, 20 // most)]
    rows = []
    for height, width in shown(FLAT_SIZES, "flat pairs"):
        for level in levels:
            flat = np.full((height, width), level, np.float32)
            shift = fuser.fuse(flat, flat) - np.float32(level)
            largest = float(shift.flat[np.abs(shift).argmax()])
            rows.append({"height": height, "width": width, "level": level, "shift": largest})
    return rows


def measure_steps(fuser: KeptFuser) -> list[Row]:
    """How far enhanced edges and thin lines overshoot."""
    rows = []
    for profile in shown(PROFILES, "edges and lines"):
        for direction in DIRECTIONS:
            for low, high in STEP_LEVELS:
                enhanced = fuser.enhance(drawn_profile(profile, low, high, direction))
                row = {"profile": profile, "low": low, "high": high, "direction": direction}
                rows.append({**row, "overshoot": overshoot(enhanced, low, high)})
    return rows


def drawn_profile(profile: str, low: float, high: float, direction: str) -> Grey:
    """A square with one of ``PROFILES`` across its middle."""
    if profile in LINES:
        position = _position(direction)
        line = (position >= 0) & (position < LINES[profile])
        return np.asarray(np.where(line, high, low), np.float32)
    edge = step_edge(low, high, direction)
    if profile in SOFT_EDGES:
        edge = np.asarray(cv2.GaussianBlur(edge, (0, 0), SOFT_EDGES[profile]), np.float32)
    return edge


def step_edge(low: float, high: float, direction: str) -> Grey:
    """A square that is dark on one side of a hard edge and light on the other."""
    return np.asarray(np.where(_position(direction) >= 0, high, low), np.float32)


def _position(direction: str) -> np.ndarray:
    """Pixels across the middle of a square."""
    rows, columns = np.indices((STEP_SIDE, STEP_SIDE)) - STEP_SIDE // 2
    return {"vertical": columns, "horizontal": rows, "diagonal": rows + columns}[direction]


def overshoot(picture: np.ndarray, low: float, high: float) -> float:
    """How far a picture of a step goes beyond the step's two levels.

    Args:
        picture: (H, W), the step as it came out.
        low, high: The levels that went in.

    Returns:
        The larger of both ends, as a share of the step; 0 where it stays inside.
    """
    beyond = max(float(picture.max()) - high, low - float(picture.min()), 0.0)
    return beyond / (high - low)


def hard_sources(picture: Grey) -> dict[str, tuple[Grey, Grey]]:
    """Case -> pair: sources that carry nothing, noise, blocks."""
    generator = np.random.default_rng(SEED)
    black, white = np.zeros_like(picture), np.ones_like(picture)
    noise, other = (generator.random(picture.shape, np.float32) for _ in range(2))
    ramp = np.broadcast_to(np.linspace(0.2, 0.8, picture.shape[1]), picture.shape)
    slope = np.asarray(ramp, np.float32)
    blocks = _jpeg(picture, quality=25)
    saturated = np.asarray(np.clip(3 * picture - 0.5, 0, 1), np.float32)
    pairs = {
        "black": (picture, black),
        "white": (picture, white),
        "noise": (picture, noise),
        "saturated": (picture, saturated),
        JPEG_CASE: (blocks, blocks),
        JPEG_BESIDE: (picture, blocks),
        "noise and noise": (noise, other),
        "black and white": (black, white),
        "black and black": (black, black),
        "white and white": (white, white),
        "slope": (slope, slope),
        "slope and black": (slope, black),
        "slope and white": (slope, white),
    }
    exchanged = {f"{n}, exchanged": (b, a) for n, (a, b) in pairs.items() if a is not b}
    return pairs | exchanged


def measure_hard(fuser: KeptFuser, picture: Grey) -> list[Row]:
    """Whether hard sources give finite numbers without a pattern of windows."""
    rows = []
    for case, (first, second) in shown(hard_sources(picture).items(), "hard sources"):
        row: Row = {"case": case, "finite": True}
        rows.append(row)
        try:
            fused = np.asarray(fuser.fuse(first, second), np.float64)
        except CheckpointError:  # what the fuser says of numbers that are not finite
            row["finite"] = False
            continue
        row |= {"lowest": float(fused.min()), "highest": float(fused.max())}
        if _is_smooth(first) and _is_smooth(second):
            row["tile_amplitude"] = tile_amplitude(fused)
        elif case.startswith(JPEG_BESIDE):
            # A source without blocks is there: what it has not got should not show.
            row["blocks_beside"] = excess_beyond(fused, [picture])[0]
        elif case == JPEG_CASE:
            row["blocks"] = (1 + edge_excess(fused)[0]) / (1 + edge_excess(first)[0])
        else:
            row["edge_excess"] = max(excess_beyond(fused, [first, second]))
    return rows


def _is_smooth(picture: Grey) -> bool:
    return max(float(np.abs(np.diff(picture, axis=axis)).max()) for axis in (0, 1)) < 0.01


def _jpeg(picture: Grey, quality: int) -> Grey:
    pixels = np.asarray(np.round(picture * 255), np.uint8)
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.float32)
    return decoded / np.float32(255)
