"""Fuser: arrays in, fused array out."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from stand_in_networks import first_fuser, fuser_with
from torch import Tensor

from gifnet.errors import CheckpointError, ImageSizeError, ImageValueError, SettingError
from gifnet.imaging import from_float
from gifnet.inference import Fuser
from gifnet.model import MINIMUM_SIZE, build_gifnet
from gifnet.tasks import Application

Array = NDArray[Any]
DTYPES: list[Any] = [np.uint8, np.uint16, np.float32]
FIRST = first_fuser()


@pytest.fixture(scope="module")
def fuser() -> Fuser:
    return Fuser.from_model(build_gifnet(seed=0), device="cpu")


def random_picture(shape: tuple[int, ...], dtype: Any, *, seed: int = 0) -> Array:
    values = np.random.default_rng(seed).random(shape, dtype=np.float32)
    return from_float(values, np.dtype(dtype))


def grey(value: int, *, channels: int = 1) -> Array:
    return np.full((6, 7) if channels == 1 else (6, 7, 3), value, np.uint8)


def coloured(*rgb: int) -> Array:
    return np.tile(np.array(rgb, np.uint8), (6, 7, 1))


@settings(max_examples=12, deadline=None)
@given(
    height=st.integers(MINIMUM_SIZE, 21),
    width=st.integers(MINIMUM_SIZE, 21),
    dtypes=st.tuples(st.sampled_from(DTYPES), st.sampled_from(DTYPES)),
    channels=st.tuples(st.booleans(), st.booleans()),
)
def test_size_stays_and_the_wider_dtype_and_the_more_channels_win(
    fuser: Fuser,
    height: int,
    width: int,
    dtypes: tuple[type, type],
    channels: tuple[bool, bool],
) -> None:
    shapes = [(height, width, 3) if three else (height, width) for three in channels]
    first, second = (
        random_picture(shape, dtype, seed=seed)
        for seed, (shape, dtype) in enumerate(zip(shapes, dtypes, strict=True))
    )
    fused = fuser.fuse(first, second)
    assert fused.shape == max(shapes, key=len)
    assert fused.dtype == max(dtypes, key=DTYPES.index)
    enhanced = fuser.enhance(first)
    assert (enhanced.shape, enhanced.dtype) == (first.shape, first.dtype)


def test_a_grey_pair_gives_what_the_network_gives(fuser: Fuser) -> None:
    first, second = (random_picture((13, 18), np.float32, seed=seed) for seed in (0, 1))
    with torch.inference_mode():
        expected = build_gifnet(seed=0).eval()(
            *(torch.from_numpy(source)[None, None] for source in (first, second))
        )
    # Only the memory layout differs, and with it the order of the sums.
    np.testing.assert_allclose(fuser.fuse(first, second), expected[0, 0].numpy(), atol=1e-6)


def test_no_dtype_loses_its_last_bits() -> None:
    for dtype in DTYPES:
        for shape in ((64, 64), (64, 64, 3)):
            picture = random_picture(shape, dtype)
            same = FIRST.enhance(picture)
            # Floats go through luma and chroma and back; a 16-bit level is 1.5e-5.
            tolerance = 2e-6 if dtype is np.float32 else 0
            np.testing.assert_allclose(same, picture, rtol=0, atol=tolerance)
            np.testing.assert_allclose(
                FIRST.fuse(picture, picture), picture, rtol=0, atol=tolerance
            )


def test_bfloat16_stays_near_float32() -> None:
    first, second = (random_picture((24, 24), np.float32, seed=seed) for seed in (0, 1))
    exact = Fuser.from_model(build_gifnet(seed=0), "cpu", "float32").fuse(first, second)
    fuser = Fuser.from_model(build_gifnet(seed=0), "cpu", "bfloat16")
    assert fuser.precision == "bfloat16"
    # bfloat16 has eight significant bits: about half an 8-bit level for each rounding.
    np.testing.assert_allclose(fuser.fuse(first, second), exact, atol=0.01)
    assert not np.array_equal(fuser.fuse(first, second), exact)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_network_that_overshoots_is_clipped_and_does_not_wrap_around(dtype: type) -> None:
    largest = 1 if dtype is np.float32 else np.iinfo(dtype).max
    picture = random_picture((8, 9), dtype)
    assert (fuser_with(lambda a, _: a * 0 + 1.7).fuse(picture, picture) == largest).all()
    assert (fuser_with(lambda a, _: a * 0 - 0.7).fuse(picture, picture) == 0).all()


@pytest.mark.parametrize("rgb", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (1, 0, 4)])
def test_extreme_colours_do_not_wrap_around(rgb: tuple[int, int, int]) -> None:
    picture = coloured(*rgb)
    bright = fuser_with(lambda a, _: a * 0 + 1).enhance(picture).astype(int)
    dark = fuser_with(lambda a, _: a * 0).enhance(picture).astype(int)
    assert (bright >= picture).all()
    assert (dark <= picture).all()


def test_colour_comes_from_the_coloured_source() -> None:
    for pair in (
        (coloured(200, 40, 90), grey(99)),
        (coloured(200, 40, 90), grey(99, channels=3)),
    ):
        luma_of_grey = FIRST.fuse(pair[1], pair[0])
        difference = luma_of_grey.astype(int) - pair[0]
        # The same chroma on another luma: every channel moves by the same amount.
        assert np.ptp(difference) <= 1
        np.testing.assert_array_equal(FIRST.fuse(*pair), pair[0])


def test_two_grey_pictures_of_three_channels_give_a_grey_one_of_three() -> None:
    fused = FIRST.fuse(grey(80, channels=3), grey(99))
    np.testing.assert_array_equal(fused, grey(80, channels=3))


def test_a_tint_of_one_level_is_not_colour() -> None:
    tinted = coloured(128, 128, 129)
    fused = FIRST.fuse(tinted, grey(50))
    assert (fused == fused[..., :1]).all()


def test_the_stronger_colour_counts_more() -> None:
    strong, weak = coloured(230, 30, 30), coloured(120, 120, 140)
    fused = FIRST.fuse(strong, weak, chroma="stronger")[0, 0].astype(int)
    assert fused[0] - fused[2] > 150


@pytest.mark.parametrize(
    ("application", "first", "second", "swapped"),
    [
        ("auto", coloured(90, 0, 0), grey(200), False),
        ("mfif", grey(10), grey(200), False),
        ("ivif", coloured(90, 0, 0), grey(200), True),
        ("ivif", grey(200), coloured(90, 0, 0), False),
        ("ivif", coloured(90, 0, 0), coloured(0, 90, 90), False),
        ("nir-vis", coloured(90, 0, 0), grey(200), True),
        ("medical", grey(200), coloured(90, 0, 0), True),
        ("medical", coloured(90, 0, 0), grey(200), False),
        ("medical", grey(200), grey(10), False),
        # A tint is no colour beside a colour.
        ("medical", coloured(120, 120, 126), coloured(90, 0, 0), True),
        ("ivif", coloured(90, 0, 0), coloured(120, 120, 126), True),
        ("meif", grey(10), grey(200), True),
        ("meif", grey(200), grey(10), False),
        ("meif", grey(10), grey(11), False),
    ],
)
def test_sources_are_taken_in_the_published_order(
    application: str, first: Array, second: Array, swapped: bool, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[float] = []
    recorder = fuser_with(lambda a, b: seen.append(float(a.mean() - b.mean())) or a)  # type: ignore[func-returns-value]
    with caplog.at_level("INFO", logger="gifnet"):
        recorder.fuse(first, second, application=application)
        recorder.fuse(first, second)
    assert (seen[0] * seen[1] < 0) is swapped
    assert ("the second source is taken first" in caplog.text) is swapped


def test_applications_are_members_or_their_names() -> None:
    for application in Application:
        FIRST.fuse(grey(1), grey(2), application=application)
        FIRST.fuse(grey(1), grey(2), application=str(application))


def test_bad_settings_are_refused_with_what_there_is() -> None:
    message = (
        "application must be one of auto, general, ivif, mfif, meif, nir-vis, medical; got 'x-ray'"
    )
    with pytest.raises(SettingError, match=message):
        FIRST.fuse(grey(1), grey(2), application="x-ray")
    with pytest.raises(
        SettingError, match="precision must be one of float32, bfloat16, int8; got 'f'"
    ):
        Fuser.from_model(build_gifnet(seed=0), precision="f")
    with pytest.raises(SettingError, match="device must be one of auto, cpu, cuda, mps; got 'tpu'"):
        Fuser(device="tpu")


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    expected = r"device 'cuda' was asked for, but PyTorch .* finds none .* \(it has: cpu\); choose"
    with pytest.raises(SettingError, match=expected):
        Fuser(device="cuda")
    assert Fuser.from_model(build_gifnet(seed=0)).device == "cpu"


def test_bad_pictures_are_refused() -> None:
    with pytest.raises(ImageSizeError, match=re.escape("7 x 6 (a) and 8 x 6 (b)")):
        FIRST.fuse(grey(1), np.zeros((6, 8), np.uint8))
    with pytest.raises(ImageValueError, match="b: expected uint8, uint16 or float32, got float64"):
        FIRST.fuse(grey(1), np.zeros((6, 7)))  # type: ignore[arg-type]
    nan = np.full((6, 7), np.nan, np.float32)
    with pytest.raises(ImageValueError, match="a: expected finite values, got 42 that are NaN"):
        FIRST.enhance(nan)
    for shape in ((MINIMUM_SIZE - 1, 9), (9, 0)):
        with pytest.raises(ImageSizeError, match=f"at least {MINIMUM_SIZE} x {MINIMUM_SIZE}"):
            FIRST.enhance(np.zeros(shape, np.float32))


def test_weights_that_give_nan_are_reported() -> None:
    with pytest.raises(CheckpointError, match="got NaN or infinity; its weights are damaged"):
        fuser_with(lambda a, _: a * torch.nan).enhance(grey(1))


@pytest.mark.parametrize(
    "words", ["CUDA out of memory. Tried", "DefaultCPUAllocator: not enough memory: you tried"]
)
def test_a_lack_of_memory_is_reported_with_the_size(words: str) -> None:
    def fail(first: Tensor, second: Tensor) -> Tensor:
        raise RuntimeError(words)

    with pytest.raises(ImageSizeError, match="device's memory, got 7 x 6 pixels; make it smaller"):
        fuser_with(fail).enhance(grey(1))


def test_other_failures_of_the_network_are_not_disguised() -> None:
    def fail(first: Tensor, second: Tensor) -> Tensor:
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError, match="a defect"):
        fuser_with(fail).enhance(grey(1))


def test_the_sources_and_the_given_model_stay_as_they_are() -> None:
    model = build_gifnet(seed=0).train()
    picture = random_picture((9, 9, 3), np.float32)
    picture.setflags(write=False)
    Fuser.from_model(model).fuse(picture, picture[::-1])
    assert model.training
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_a_gpu_is_not_chosen_for_what_it_does_not_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifnet.inference.settings._gpu_may_be_used", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert Fuser(precision="int8").device == "cpu"
    assert Fuser(runtime="openvino").device == "cpu"
    with pytest.raises(SettingError, match="no runtime computes int8 on 'cuda'; choose the device"):
        Fuser(precision="int8", device="cuda")
