"""Methods by name, by weights file and by function; colour as the network does it."""

import logging
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gifnet.baselines import BASELINES, PANSHARPENING_BASELINES
from gifnet.errors import CheckpointError, EvaluationError, ImageSizeError
from gifnet.evaluation.fusing.luma_fusion import by_luma
from gifnet.evaluation.fusing.method import Method, enlarge
from gifnet.evaluation.fusing.methods import make_method, make_methods, method_names
from gifnet.imaging import from_float
from gifnet.inference import Fuser
from gifnet.tasks import Application

UINT8 = np.dtype(np.uint8)


def picture(seed: int, *shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def floats(seed: int, *shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, from which functions are imported."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def fuser() -> Fuser:
    return Fuser(device="cpu")


def write_module(folder: Path, name: str, body: str) -> None:
    (folder / f"{name}.py").write_text(f"import numpy as np\n\n{body}\n", encoding="utf-8")


def test_a_baseline_fuses_grey_pictures() -> None:
    first, second = picture(1, 9, 7), picture(2, 9, 7)
    fused = make_method("average").fuse([first, second])
    assert fused.dtype == np.uint8
    # The mean of two whole numbers may be a half, which may be rounded either way in float32.
    assert np.abs(fused - (first.astype(float) + second) / 2).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("name", [*BASELINES])
def test_every_baseline_fuses_three_coloured_pictures(name: str) -> None:
    fused = make_method(name).fuse([picture(seed, 17, 19, 3) for seed in range(3)])
    assert fused.shape == (17, 19, 3)


@pytest.mark.parametrize("shapes", [((8, 9), (8, 9, 3)), ((8, 9, 3), (8, 9, 3)), ((8, 9), (8, 9))])
def test_colour_is_made_as_the_fuser_makes_it(
    fuser: Fuser, shapes: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    first, second = picture(1, *shapes[0]), picture(2, *shapes[1])
    grey_network = Method(
        "network",
        "network",
        "",
        False,
        by_luma(lambda lumas: fuser.fuse(*lumas)),  # type: ignore[arg-type,return-value]
    )
    np.testing.assert_array_equal(grey_network.fuse([first, second]), fuser.fuse(first, second))


def test_pictures_with_three_equal_channels_stay_grey_in_three_channels() -> None:
    grey = picture(1, 6, 6)
    fused = make_method("maximum").fuse([np.stack([grey] * 3, axis=-1), grey // 2])
    np.testing.assert_array_equal(fused, np.stack([grey] * 3, axis=-1))


def test_white_pictures_do_not_leave_the_range_of_a_baseline() -> None:
    white = np.full((8, 8, 3), 255, np.uint8)
    assert (make_method("average").fuse([white, white]) == 255).all()


def test_gifnet_is_the_fuser_to_the_bit(fuser: Fuser) -> None:
    first, second = picture(3, 16, 17, 3), picture(4, 16, 17)
    np.testing.assert_array_equal(
        make_method("gifnet").fuse([first, second]), fuser.fuse(first, second)
    )


def test_gifnet_takes_the_sources_in_the_order_of_the_application(fuser: Fuser) -> None:
    dark, bright = picture(3, 16, 16) // 4, 255 - picture(4, 16, 16) // 4
    method = make_method("gifnet", application=Application.MEIF)
    np.testing.assert_array_equal(method.fuse([dark, bright]), fuser.fuse(bright, dark))
    assert method.digest != make_method("gifnet").digest


def test_gifnet_fuses_three_pictures_one_after_the_other(fuser: Fuser) -> None:
    a, b, c = (floats(seed, 12, 12) for seed in range(3))
    first = np.asarray(fuser.fuse(a, b), np.float32)
    expected = from_float(np.asarray(fuser.fuse(first, c), np.float32), UINT8)
    np.testing.assert_array_equal(make_method("gifnet").fuse([a, b, c]), expected)


def test_other_weights_are_called_after_their_file(tmp_path: Path) -> None:
    file = tmp_path / "step3600.safetensors"
    file.write_bytes(b"not read before something is fused")
    assert make_method(f"gifnet:{file}").name == "gifnet-step3600"
    with pytest.raises(CheckpointError, match="found no such file"):
        make_method(f"gifnet:{tmp_path / 'absent.safetensors'}")


def test_a_method_can_be_renamed() -> None:
    method = make_method("what everyone beats=average")
    assert method.name == "what everyone beats"
    assert make_method(method.text).name == method.name


def test_two_methods_of_one_name_are_refused() -> None:
    assert [m.name for m in make_methods(["average", "mean=average"])] == ["average", "mean"]
    with pytest.raises(EvaluationError, match="got average more than once; write NAME="):
        make_methods(["average", "average"])
    with pytest.raises(EvaluationError, match="at least one method, got none"):
        make_methods([])


def test_an_unknown_name_is_answered_with_those_that_there_are() -> None:
    assert {"gifnet", *BASELINES, *PANSHARPENING_BASELINES} == set(method_names())
    with pytest.raises(EvaluationError) as caught:
        make_method("laplace")
    assert "did you mean laplacian" in str(caught.value)
    assert "module:function" in str(caught.value)


def test_pansharpening_baselines_refuse_other_pictures() -> None:
    with pytest.raises(EvaluationError, match="brovey sharpens the bands of satellite pictures"):
        make_method("brovey").fuse([picture(1, 8, 8), picture(2, 8, 8)])


@pytest.mark.parametrize("name", ["average", *PANSHARPENING_BASELINES])
def test_bands_are_sharpened(name: str) -> None:
    multispectral, panchromatic = floats(1, 6, 5, 4), floats(2, 24, 20)
    fused = make_method(name).sharpen(multispectral, panchromatic)
    assert fused.shape == (24, 20, 4)
    if name == "average":
        expected = (enlarge(multispectral, height=24, width=20) + panchromatic[..., None]) / 2
        np.testing.assert_allclose(fused, expected, atol=1e-6)  # a rounding of float32


def test_bands_are_enlarged_so_that_the_outer_edges_coincide() -> None:
    ramp = np.linspace(0.1, 0.9, 8, dtype=np.float32)
    enlarged = enlarge(np.tile(ramp, (8, 1))[..., None], height=32, width=32)[16, :, 0]
    step = ramp[1] - ramp[0]
    # Four small pixels share a large one: the first of them begins 3/8 of its width before its
    # centre. Away from the edges, bicubic interpolation reproduces a ramp.
    expected = ramp[0] + (np.arange(32) - 1.5) / 4 * step
    np.testing.assert_allclose(enlarged[8:24], expected[8:24], atol=1e-6)


def test_sources_must_be_two_of_one_size() -> None:
    average = make_method("average")
    with pytest.raises(EvaluationError, match="at least two sources to fuse, got 1"):
        average.fuse([picture(1, 8, 8)])
    with pytest.raises(ImageSizeError, match=r"9 x 8 \(source 1\) and 8 x 8 \(source 2\)"):
        average.fuse([picture(1, 8, 9), picture(2, 8, 8)])


def test_a_function_in_the_current_directory_fuses(tmp_path: Path) -> None:
    write_module(tmp_path, "mine", "def lighter(sources):\n    return np.maximum(*sources)")
    script = (
        "import numpy as np\n"
        "from gifnet.evaluation.fusing.methods import make_method\n"
        "m = make_method('mine:lighter')\n"
        "print(m.name, m.fuse([np.full((4, 5), 7, np.uint8), np.full((4, 5), 9, np.uint8)])[0, 0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "mine.lighter 9\n", done.stderr


def test_a_function_sees_colour_and_may_give_luma_only(user_folder: Path) -> None:
    write_module(
        user_folder,
        "colourful",
        "def second(sources):\n    return sources[1]\n\n"
        "def first(sources):\n    sources[1][:] = 0\n    return sources[0]",
    )
    grey, colour = picture(1, 6, 7), picture(2, 6, 7, 3)
    np.testing.assert_array_equal(make_method("colourful:second").fuse([grey, colour]), colour)
    as_baseline = Method("first", "", "", False, by_luma(lambda lumas: lumas[0]))
    np.testing.assert_array_equal(
        make_method("colourful:first").fuse([grey, colour]), as_baseline.fuse([grey, colour])
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise KeyError('weights')", "the function failed with KeyError: 'weights'"),
        ("return sources[0][:-1]", r"shape \(6, 7\) or \(6, 7, 3\), got \(5, 7\)"),
        ("return sources[0] * np.nan", "expected finite values, got 42 that are NaN"),
        ("return (sources[0] * 255).astype(np.uint8)", "got uint8; divide by the largest value"),
        ("return None", r"expected a picture of shape .*, got \(\)"),
        ("return np.stack([sources[0]] * 3, -1)", "expected a grey picture of grey sources"),
    ],
)
def test_a_function_that_gives_no_picture_is_named(
    user_folder: Path, body: str, message: str
) -> None:
    module = f"wrong_{zlib.crc32(body.encode())}"  # a module is imported once
    write_module(user_folder, module, f"def fuse(sources):\n    {body}")
    method = make_method(f"theirs={module}:fuse")
    with pytest.raises(EvaluationError, match=f"theirs: .*{message}"):
        method.fuse([picture(1, 6, 7), picture(2, 6, 7)])


def test_what_cannot_be_imported_is_said(user_folder: Path) -> None:
    write_module(user_folder, "has_fuse", "def fuse(sources):\n    return sources[0]")
    write_module(user_folder, "is_broken", "raise OSError('no licence')")
    write_module(user_folder, "needs_more", "import not_installed_at_all")
    for text, message in {
        "not_there:fuse": "expected a module 'not_there' in .* or installed, found none",
        "has_fuse:fuze": "expected a function 'fuze' .* did you mean 'fuse'",
        "is_broken:fuse": "cannot import the module 'is_broken': OSError: no licence",
        "needs_more:fuse": "cannot import the module 'needs_more': No module named 'not_inst",
    }.items():
        with pytest.raises(EvaluationError, match=message):
            make_method(text)


def test_values_out_of_range_are_clipped_with_one_warning(
    user_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_module(user_folder, "loud", "def fuse(sources):\n    return 3 * sources[0] - 1")
    method = make_method("loud:fuse")
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            fused = method.fuse([np.array([[0, 255]], np.uint8)] * 2)
    assert fused.tolist() == [[0, 255]]
    (record,) = caplog.records
    assert "loud.fuse: expected values in [0, 1], got -1 to 2; they are clipped" in record.message


def test_a_digest_changes_with_the_file_of_the_function(user_folder: Path) -> None:
    write_module(user_folder, "versioned", "def fuse(sources):\n    return sources[0]")
    first = make_method("versioned:fuse").digest
    assert make_method("versioned:fuse").digest == first
    write_module(user_folder, "versioned", "def fuse(sources):\n    return sources[1]  # changed")
    assert make_method("versioned:fuse").digest != first


def test_a_method_does_not_change_its_sources(user_folder: Path) -> None:
    write_module(
        user_folder, "greedy", "def fuse(sources):\n    sources[0] *= 0\n    return sources[0]"
    )
    sources: Sequence[NDArray[np.uint8]] = [picture(1, 5, 5), picture(2, 5, 5)]
    make_method("greedy:fuse").fuse(sources)
    np.testing.assert_array_equal(sources[0], picture(1, 5, 5))
