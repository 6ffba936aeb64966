"""OpenCV, which only making training data needs."""

from gifnet.errors import MissingDependencyError

try:
    import cv2
except ModuleNotFoundError as error:
    if error.name != "cv2":  # installed, but something that it needs is not
        raise
    raise MissingDependencyError(
        "opencv-python-headless", extra="train", purpose="making training data"
    ) from error

__all__ = ["cv2"]
