"""Stacks of more than two pictures: arrays and files."""

import subprocess
import sys
import weakref
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageCms
from stand_in_networks import first_fuser, mean_fuser

from gifnet.data.defocus import blur
from gifnet.errors import ImageError, ImageFileError, ImageSizeError, SettingError
from gifnet.imaging import read_image, rgb_to_ycbcr, write_image
from gifnet.imaging.chroma_rules import ChromaRule, Colour, combine_chroma
from gifnet.imaging.masks import fill_hidden
from gifnet.imaging.shown_sums import ShownSums
from gifnet.inference import Fuser, fuse_stack_files
from gifnet.inference.knobs import make_knobs
from gifnet.inference.prepare import prepare
from gifnet.inference.stack_survey import survey
from gifnet.metrics import ag, psnr

Array = NDArray[Any]
ROOT = Path(__file__).resolve().parent.parent.parent
RANDOM = np.random.default_rng(0)
COLOUR: NDArray[np.uint8] = RANDOM.integers(0, 256, (12, 15, 3), dtype=np.uint8)
GREY: NDArray[np.uint8] = RANDOM.integers(0, 256, (12, 15), dtype=np.uint8)
DEEP: NDArray[np.uint16] = RANDOM.integers(0, 65536, (12, 15, 3), dtype=np.uint16)


def never() -> Fuser:
    pytest.fail("the network was loaded for files that are bad")


@pytest.fixture(scope="module")
def fuser() -> Fuser:
    return Fuser(device="cpu")


def sharp_picture() -> NDArray[np.float32]:
    """A part of a photograph with edges, texture and plain areas, (144, 192)."""
    with PillowImage.open(ROOT / "examples" / "pictures" / "camera.png") as picture:
        values = np.asarray(picture.convert("L"), np.float32)[70:214, 150:342]
        return np.asarray(values / 255, np.float32)


def focus_stack(sharp: NDArray[np.float32], count: int) -> list[NDArray[np.float32]]:
    """Slices of a slope from left to right, each sharp in a column of its own."""
    depth = np.linspace(0, 1, sharp.shape[1], dtype=np.float32)
    strong = [sharp, *(blur(sharp, sigma, disk=False) for sigma in (1.0, 2.0, 4.0))]
    slices = []
    for place in (np.arange(count) + 0.5) / count:
        away = np.clip(np.abs(depth - place) - 0.5 / count, 0, None) * 6
        position = np.minimum(away, 2.999)
        lower = position.astype(int)
        share = position - lower
        columns = [
            strong[k][:, x] * (1 - s) + strong[k + 1][:, x] * s
            for x, (k, s) in enumerate(zip(lower, share, strict=True))
        ]
        slices.append(np.stack(columns, axis=1).astype(np.float32))
    return slices


def test_ten_slices_come_near_the_truth_and_are_not_sharpened_further(fuser: Fuser) -> None:
    sharp = sharp_picture()
    slices = focus_stack(sharp, 10)
    fused = fuser.fuse_stack(slices)
    folded: Array = slices[0]
    for other in slices[1:]:
        folded = fuser.fuse(folded, other)
    ours, theirs = (psnr([sharp], picture, data_range=1) for picture in (fused, folded))
    assert ours > theirs + 3, (ours, theirs)
    ratio = ag([], fused, data_range=1) / ag([], sharp, data_range=1)
    assert ratio == pytest.approx(1, abs=0.05)


def test_the_order_of_the_slices_plays_no_part(fuser: Fuser) -> None:
    slices = focus_stack(sharp_picture(), 5)
    coloured = [np.stack([s, s**1.2, s**0.8], axis=-1) for s in slices]
    for stack in (slices, coloured):
        first = fuser.fuse_stack(stack)
        for seed in range(2):
            order = np.random.default_rng(seed).permutation(len(stack))
            other = fuser.fuse_stack([stack[place] for place in order])
            # Sums of numbers in another order differ in their last digits only.
            np.testing.assert_allclose(other, first, atol=1e-5)


KNOBS: list[dict[str, Any]] = [
    {},
    {"detail": 0.4},
    {"detail": 1.7, "luma_range": "full"},
    {"chroma": "stronger"},
    {"chroma": "paper", "application": "meif"},
    {"chroma": "second", "application": "medical"},
]


@pytest.mark.parametrize("knobs", KNOBS)
def test_two_pictures_are_fused_as_ever(knobs: dict[str, Any]) -> None:
    fuser = mean_fuser()
    for pair in ([GREY, COLOUR], [COLOUR, COLOUR[::-1]]):
        np.testing.assert_array_equal(fuser.fuse_stack(pair, **knobs), fuser.fuse(*pair, **knobs))


@pytest.mark.parametrize("rule", ChromaRule)
def test_the_chroma_of_any_number_is_by_the_rules_of_a_pair(rule: ChromaRule) -> None:
    floats = [np.asarray(RANDOM.random((12, 15, 3)) * 0.3 + 0.35, np.float32) for _ in range(4)]
    stack: list[Array] = [*floats[:2], np.full((12, 15), 0.5, np.float32), *floats[2:]]
    fused = mean_fuser().fuse_stack(stack, chroma=rule)
    luma, chroma = rgb_to_ycbcr(np.asarray(fused, np.float32))
    colours = [Colour(*rgb_to_ycbcr(each)) for each in floats]
    expected = combine_chroma(rule, colours, luma)
    np.testing.assert_allclose(chroma, expected, atol=1e-4)


def test_a_stack_with_one_coloured_slice_has_its_colour() -> None:
    coloured = np.asarray(RANDOM.random((12, 15, 3)) * 0.1 + 0.45, np.float32)
    fused = mean_fuser().fuse_stack([GREY, coloured, GREY, GREY[::-1]])
    inside = ((fused > 0) & (fused < 1)).all(axis=2)
    assert inside.mean() > 0.9
    kept, given = (rgb_to_ycbcr(np.asarray(each, np.float32))[1] for each in (fused, coloured))
    np.testing.assert_allclose(kept[inside], given[inside], atol=1e-5)


def test_the_sharp_slices_colour_is_kept_rather_than_the_blurred_ones() -> None:
    sharp = np.zeros((48, 64, 3), np.float32) + np.float32(0.3)
    sharp[:, ::4] = [0.8, 0.3, 0.2]
    sharp[:, 1::4] = [0.8, 0.3, 0.2]
    channels = [blur(np.ascontiguousarray(sharp[..., c]), 3.0, disk=False) for c in range(3)]
    stack: list[Array] = [np.stack(channels, axis=-1), sharp, np.stack(channels, axis=-1)]
    fuser = first_fuser()
    errors = {
        rule: float(np.abs(fuser.fuse_stack(stack, chroma=rule) - sharp)[8:-8, 8:-8].mean())
        for rule in ("exposed", "stronger")
    }
    assert errors["exposed"] < errors["stronger"] / 2, errors


def test_detail_and_range_of_a_stack(fuser: Fuser) -> None:
    sharp = sharp_picture()
    slices = [s * np.float32(0.5) + np.float32(0.2) for s in focus_stack(sharp, 5)]
    results = [fuser.fuse_stack(slices, detail=detail) for detail in (0, 0.5, 1, 1.5, 2)]
    values = [ag([], picture, data_range=1) for picture in results]
    assert all(less < more for less, more in pairwise(values)), values
    assert np.ptp([float(picture.mean()) for picture in results]) < 1e-3
    np.testing.assert_array_equal(fuser.fuse_stack(slices), results[2])
    # Faithful is no blur: most of what is sharp in one slice stays.
    assert values[0] > 0.85 * ag([], sharp * np.float32(0.5), data_range=1)
    full = fuser.fuse_stack(slices, luma_range="full")
    assert full.min() < 0.01
    assert full.max() > 0.99


def test_the_order_plays_no_part_with_knobs_either() -> None:
    stack = [np.asarray(RANDOM.random((20, 25, 3)), np.float32) for _ in range(4)]
    for knobs in ({"detail": 0.3, "luma_range": "full"}, {"chroma": "stronger"}):
        first = mean_fuser().fuse_stack(stack, **knobs)
        other = mean_fuser().fuse_stack(stack[::-1], **knobs)
        np.testing.assert_allclose(other, first, atol=5e-5)


def test_a_stack_is_of_no_application_that_is_guessed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="gifnet")
    stack = [COLOUR, COLOUR[::-1], COLOUR[:, ::-1]]
    guessed = mean_fuser().fuse_stack(stack)
    assert any("application: general, since it is guessed of two" in m for m in caplog.messages)
    np.testing.assert_array_equal(mean_fuser().fuse_stack(stack, application="mfif"), guessed)
    first, medical, stronger, infrared = (
        mean_fuser().fuse_stack(stack, **knobs)  # type: ignore[arg-type]
        for knobs in (
            {"chroma": "first"},
            {"application": "medical"},
            {"chroma": "stronger"},
            {"application": "ivif"},
        )
    )
    np.testing.assert_array_equal(medical, first)
    np.testing.assert_array_equal(infrared, stronger)
    assert (first != guessed).any()
    assert (stronger != guessed).any()


def test_slices_of_other_depths_and_channels_fit_together() -> None:
    floats: Array = RANDOM.random((12, 15), dtype=np.float32)
    assert mean_fuser().fuse_stack([GREY, DEEP, GREY]).dtype == np.uint16
    stacks: list[list[Array]] = [[GREY, COLOUR, floats], [floats, GREY, COLOUR]]
    for stack in stacks:
        fused = mean_fuser().fuse_stack(stack)
        assert fused.dtype == np.dtype(np.float32)
        assert fused.shape == (12, 15, 3)
    same = first_fuser().fuse_stack([DEEP] * 3)
    np.testing.assert_allclose(same.astype(int), DEEP, atol=1)


class Watched(Sequence[Array]):
    """Five pictures, of which none may be held when the next is asked for."""

    def __init__(self, picture: Array) -> None:
        self.picture = picture
        self.held: list[weakref.ref[Array]] = []
        self.asked: list[int] = []

    def __len__(self) -> int:
        return 5

    def __getitem__(self, number: int) -> Array:  # type: ignore[override]
        assert all(reference() is None for reference in self.held)
        picture = self.picture.copy()
        self.held.append(weakref.ref(picture))
        self.asked.append(number)
        return picture


@pytest.mark.parametrize(
    ("picture", "knobs", "again"),
    [
        (COLOUR, {}, [0, 1, 2, 3, 4]),
        (COLOUR, {"detail": 0.2, "luma_range": "full"}, [0, 1, 2, 3, 4]),
        (COLOUR, {"chroma": "second"}, [4]),
        (GREY, {"detail": 1.5}, []),
    ],
)
def test_one_picture_is_held_at_a_time(
    picture: Array, knobs: dict[str, Any], again: list[int]
) -> None:
    watched, told = Watched(picture), list[float]()
    mean_fuser().fuse_stack(watched, progress=told.append, **knobs)
    assert watched.asked == [0, 1, 2, 3, 4, *again]
    assert told == sorted(told)
    assert told[-1] == 1


def test_bad_stacks_are_refused() -> None:
    with pytest.raises(ImageSizeError, match="at least two pictures of one scene, got 1; to make"):
        mean_fuser().fuse_stack([GREY])
    with pytest.raises(
        ImageSizeError, match=r"15 x 12 \(pictures\[0\]\) and 14 x 12 \(pictures\[2"
    ):
        mean_fuser().fuse_stack([GREY, GREY, GREY[:, :14]])
    with pytest.raises(ImageError, match=r"pictures\[1\]: expected finite values"):
        mean_fuser().fuse_stack([GREY, np.full((12, 15), np.nan, np.float32), GREY])


def test_hidden_pixels_are_filled_as_those_of_pictures_held_together() -> None:
    def some(largest: int) -> Array:
        return RANDOM.integers(0, 3, (12, 15)) * (largest // 2)

    floats = RANDOM.random((12, 15, 3), dtype=np.float32)
    pictures: list[Any] = [COLOUR, DEEP[..., 0], floats, GREY]
    alphas: list[Any] = [some(255).astype(np.uint8), some(65535).astype(np.uint16), None, GREY * 0]
    hidden = [None, RANDOM.random((12, 15)) > 0.5, RANDOM.random((12, 15)) > 0.3, None]
    sums = ShownSums((12, 15, 3))
    for source in zip(pictures, alphas, hidden, strict=True):
        sums.add(*source)
    expected = fill_hidden(pictures, alphas, hidden)
    for source, filled in zip(zip(pictures, alphas, hidden, strict=True), expected, strict=True):
        # Others are summed together with the picture, which is then taken off again.
        tolerance = 1e-6 if filled.dtype.kind == "f" else 1
        np.testing.assert_allclose(
            sums.fill(*source).astype(float), filled.astype(float), atol=tolerance
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    alpha = RANDOM.integers(0, 256, (12, 15), dtype=np.uint8)
    write_image(tmp_path / "colour.png", COLOUR)
    write_image(tmp_path / "grey.png", GREY)
    write_image(tmp_path / "deep.tif", DEEP)
    write_image(tmp_path / "clear.png", COLOUR[::-1], alpha)
    write_image(tmp_path / "other.png", COLOUR[:, ::-1])
    write_image(tmp_path / "large.png", np.zeros((12, 16), np.uint8))
    hot = (RANDOM.random((12, 15), dtype=np.float32) * 50 + 273).astype(np.float32)
    hot[2:4, 3:6] = np.nan
    write_image(tmp_path / "hot.tif", hot)
    (tmp_path / "text.png").write_text("no picture")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "reference"),
    [
        ("colour.png grey.png deep.tif", None),
        ("grey.png clear.png hot.tif other.png", 2),
        ("hot.tif grey.png clear.png", None),
    ],
)
def test_files_one_after_the_other_are_prepared_as_those_held_together(
    folder: Path, names: str, reference: int | None
) -> None:
    paths = [folder / name for name in names.split()]
    together = prepare([read_image(path) for path in paths], reference=reference)
    apart = survey(paths, reference=reference)
    for name in ("shape", "value_range", "metadata", "coloured", "keeps_channels", "dtype"):
        assert getattr(apart, name) == getattr(together, name), name
    assert apart.reference == together.reference
    for name in ("alpha", "nodata"):
        ours, theirs = getattr(apart, name), getattr(together, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_array_equal(ours, theirs)
    assert len(apart.pictures) == len(together.pictures)
    for ours, theirs in zip(apart.pictures, together.pictures, strict=True):
        tolerance = 1e-6 if theirs.dtype.kind == "f" else 1
        np.testing.assert_allclose(ours.astype(float), theirs.astype(float), atol=tolerance)


def test_profiles_are_converted_to_the_leading_ones(folder: Path) -> None:
    with PillowImage.open(folder / "other.png") as picture:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        picture.save(folder / "profiled.png", icc_profile=profile)
    paths = [folder / name for name in ("profiled.png", "colour.png", "grey.png")]
    together = prepare([read_image(path) for path in paths])
    apart = survey(paths)
    assert apart.metadata.icc == together.metadata.icc == profile
    for ours, theirs in zip(apart.pictures, together.pictures, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_file_holds_what_the_fuser_gives_and_names_all_its_sources(folder: Path) -> None:
    names = ["colour.png", "other.png", "deep.tif", "grey.png"]
    written = fuse_stack_files(
        [folder / name for name in names], folder / "fused.tif", make_fuser=mean_fuser
    )
    assert (written.width, written.height, written.coloured) == (15, 12, True)
    fused = read_image(folder / "fused.tif")
    pictures: list[Any] = [COLOUR, COLOUR[:, ::-1], DEEP, GREY]
    np.testing.assert_array_equal(fused.pixels, mean_fuser().fuse_stack(pictures))
    assert fused.metadata.xmp is not None
    places = [fused.metadata.xmp.find(name.encode()) for name in names]
    assert places == sorted(places)
    assert places[0] > 0


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("colour.png", "expected at least two pictures of one scene, got 1"),
        ("colour.png grey.png text.png", "text.png: expected a PNG"),
        ("colour.png grey.png missing.png other.png", "missing.png: no such file"),
        ("colour.png large.png other.png", r"15 x 12 \(.*colour.png\) and 16 x 12 \(.*large.png\)"),
    ],
)
def test_bad_files_are_named_before_the_network_is_loaded(
    folder: Path, names: str, message: str
) -> None:
    with pytest.raises(ImageError, match=message):
        fuse_stack_files(
            [folder / name for name in names.split()], folder / "fused.png", make_fuser=never
        )
    assert not (folder / "fused.png").exists()


def test_a_reference_that_is_not_there_and_an_output_that_is_a_source_are_refused(
    folder: Path,
) -> None:
    paths = [folder / name for name in ("colour.png", "grey.png", "other.png")]
    with pytest.raises(SettingError, match="number of a source, 1 to 3; got 4"):
        fuse_stack_files(paths, folder / "fused.png", reference=4, make_fuser=never)
    with pytest.raises(ImageFileError, match="sources are never overwritten"):
        fuse_stack_files(paths, paths[1], make_fuser=never)


def test_a_colour_table_is_for_two_sources(folder: Path) -> None:
    paths = [folder / name for name in ("grey.png", "colour.png", "other.png")]
    with pytest.raises(
        SettingError,
        match=r"expected two sources for the colour table 'hot', a grey functional one and an "
        "anatomical one, got 3; fuse these two",
    ):
        fuse_stack_files(paths, folder / "fused.png", knobs=make_knobs(lut="hot"), make_fuser=never)
    assert not (folder / "fused.png").exists()


def test_knobs_of_files_are_those_of_arrays_and_are_noted(folder: Path) -> None:
    names = ["colour.png", "other.png", "grey.png"]
    fuse_stack_files(
        [folder / name for name in names],
        folder / "fused.png",
        application="meif",
        knobs=make_knobs(detail=1.5, chroma="stronger", luma_range="full"),
        make_fuser=mean_fuser,
    )
    expected = mean_fuser().fuse_stack(
        [COLOUR, COLOUR[:, ::-1], GREY], detail=1.5, chroma="stronger", luma_range="full"
    )
    fused = read_image(folder / "fused.png")
    np.testing.assert_array_equal(fused.pixels, expected)
    assert fused.metadata.xmp is not None
    for noted in (b"1.5", b"stronger", b"full", b"meif"):
        assert noted in fused.metadata.xmp


def test_a_source_that_changes_under_way_is_refused(folder: Path) -> None:
    paths = [folder / name for name in ("colour.png", "grey.png", "other.png")]

    def change_and_load() -> Fuser:
        (folder / "large.png").replace(folder / "other.png")
        return mean_fuser()

    with pytest.raises(ImageFileError, match=r"other.png: expected the file that was looked at"):
        fuse_stack_files(paths, folder / "fused.png", make_fuser=change_and_load)


def test_progress_is_told_from_the_first_look_to_the_end(folder: Path) -> None:
    paths = [folder / name for name in ("colour.png", "grey.png", "clear.png", "other.png")]
    told: list[float] = []
    fuse_stack_files(paths, folder / "fused.png", make_fuser=mean_fuser, progress=told.append)
    assert told == sorted(told)
    assert len(told) > 2 * len(paths)
    assert 0 < told[0] < 0.1
    assert told[-1] == 1


def test_what_a_file_gives_reason_to_warn_of_is_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with PillowImage.open(folder / "other.png") as picture:
        picture.save(folder / "broken.png", exif=b"Exif\0\0damaged")
    paths = [folder / name for name in ("colour.png", "broken.png", "clear.png")]
    fuse_stack_files(paths, folder / "fused.png", make_fuser=mean_fuser)
    assert sum("its EXIF is damaged" in message for message in caplog.messages) == 1


MEMORY_PROGRAM = """
import re, sys
from pathlib import Path
from gifnet.inference import Fuser, fuse_stack_files

paths = sorted(Path().glob("slice*.png"))[: int(sys.argv[1])]
assert len(paths) == int(sys.argv[1])
fuse_stack_files(paths, "fused.png", make_fuser=lambda: Fuser(precision="bfloat16", device="cpu"))
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is told by /proc")
def test_memory_does_not_grow_with_the_number_of_slices(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for number in range(12):
        low = generator.integers(0, 256, (100, 125, 3), dtype=np.uint8)
        picture = PillowImage.fromarray(low).resize((1000, 800))
        picture.save(tmp_path / f"slice{number:02}.png", compress_level=1)
    few, many = (
        int(
            subprocess.run(
                [sys.executable, "-c", MEMORY_PROGRAM, str(count)],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        * 1024
        for count in (4, 12)
    )
    # Eight pictures more would be 19 MB as they are stored, 77 MB as floats; the peak varies by
    # some megabytes from run to run, as threads come and go.
    assert many < few + 12e6
