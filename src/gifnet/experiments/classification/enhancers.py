"""What enhances training pictures: every method that fuses, given a picture twice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gifnet.errors import EvaluationError
from gifnet.evaluation.fusing.method import Method
from gifnet.evaluation.fusing.methods import make_method
from gifnet.experiments.classification.network_enhancing import Lumas, by_network
from gifnet.experiments.classification.picture_set import Pictures
from gifnet.imaging.arrays import FloatArray, convert, from_float
from gifnet.imaging.colour import rgb_to_ycbcr, ycbcr_to_rgb

ORIGINAL = "none"
"""The method that leaves pictures as they are."""

# Raised when the same method makes other pictures of the same ones.
_REVISION = 1
_NETWORK = re.compile(r"(?:[^=:/\\]+=)?\s*gifnet(?::(?P<weights>.+))?")


@dataclass(frozen=True)
class Enhancer:
    """One way to make a training set.

    Attributes:
        name: what results call it.
        digest: changes with all that its pictures depend on, as far as that can be told.
        lumas: how it enhances; None for the pictures as they are.
    """

    name: str
    digest: str
    lumas: Lumas | None

    def enhance(self, pictures: Pictures) -> Pictures:
        """Enhance the luma of pictures; their chroma (Cb and Cr) stays as it is.

        Args:
            pictures: (N, H, W, 3), uint8.

        Returns:
            The same shape and dtype; a channel that would leave [0, 255] is clipped.

        Raises:
            EvaluationError: the method fails, or gives no pictures.
            ImageError: they are too small for it.
        """
        if self.lumas is None:
            return pictures
        luma, chroma = rgb_to_ycbcr(convert(pictures))
        # The weights of the channels add up to 1 but for a rounding.
        enhanced = self.lumas(np.clip(luma, 0.0, 1.0))
        return from_float(ycbcr_to_rgb(enhanced, chroma), np.dtype(np.uint8)).astype(np.uint8)


def make_enhancers(texts: Sequence[str], *, device: str) -> tuple[Enhancer, ...]:
    """Make enhancers of what a user calls them.

    Args:
        texts: ``none``, or methods as ``gifnet.evaluation.fusing.methods.make_method`` takes them:
            ``gifnet:default``, ``laplacian``, ``onnx:FILE``, ``module:function``, ``NAME=...``.
        device: what networks of PyTorch compute on.

    Returns:
        The enhancers, in the same order.

    Raises:
        EvaluationError: there is no such method, it cannot enhance, none is given, or two have
            one name.
        CheckpointError: weights cannot be read.
        MissingDependencyError: a package is not installed.
    """
    if not texts:
        raise EvaluationError(
            f"expected at least one method, got none; {ORIGINAL} is the originals"
        )
    enhancers = [_make(text.strip(), device) for text in texts]
    names = [enhancer.name for enhancer in enhancers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EvaluationError(
            f"expected methods of different names, got {', '.join(twice)} more than once; write "
            "NAME=... before one of them"
        )
    return tuple(enhancers)


def _make(text: str, device: str) -> Enhancer:
    if text == ORIGINAL:
        return Enhancer(ORIGINAL, ORIGINAL, None)
    method = make_method(text)
    if method.name == ORIGINAL:
        raise EvaluationError(f"expected another name than {ORIGINAL}, which is the originals' own")
    if method.operation is None:
        raise EvaluationError(
            f"{method.name} sharpens the bands of satellite pictures and enhances no single "
            "picture; leave it out here"
        )
    network = _NETWORK.fullmatch(text)
    lumas = by_network(network["weights"], device) if network else _one_by_one(method)
    return Enhancer(method.name, f"{method.digest}:luma-{_REVISION}", lumas)


def _one_by_one(method: Method) -> Lumas:
    def enhance(lumas: FloatArray) -> FloatArray:
        return np.stack([method.fuse_values([luma, luma]) for luma in lumas])

    return enhance
