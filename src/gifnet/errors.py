"""Every error that gifnet raises on purpose.

::

    GIFNetError
    ├── ImageError                an array or a file that is not a picture we can fuse
    │   ├── ImageFileError        the file is missing, empty, damaged or of no known format
    │   ├── ImageValueError       wrong dtype, shape or value range, NaN
    │   └── ImageSizeError        sources of different sizes, or too small
    ├── CheckpointError           weights that cannot be loaded
    ├── SettingError              a device, precision or application that does not exist here
    ├── ConfigError               a training configuration that makes no sense
    ├── DataError                 a training folder that lacks what is needed
    ├── ExportError               a network that cannot be exported, or not to that place
    ├── EvaluationError           pictures, methods or metrics that cannot be evaluated
    ├── FolderError               folders that cannot be fused as asked
    ├── WorkerError               a worker process that does not start
    └── MissingDependencyError    an optional dependency that is not installed

The message says what was expected, what came, and what to do.
"""


class GIFNetError(Exception):
    """Parent of every error that gifnet raises on purpose."""


class ImageError(GIFNetError):
    """An array or a file that is not a picture we can fuse."""


class ImageFileError(ImageError):
    """A picture file that is missing, empty, damaged or of an unsupported format."""


class ImageValueError(ImageError):
    """A picture with a wrong dtype, shape or value range."""


class ImageSizeError(ImageError):
    """Sources of different sizes, or a picture that is too small."""


class CheckpointError(GIFNetError):
    """Weights that cannot be loaded."""


class SettingError(GIFNetError):
    """A setting of the fusing that does not exist, or that this machine cannot offer."""


class ConfigError(GIFNetError):
    """A training configuration that makes no sense."""


class DataError(GIFNetError):
    """A training folder that lacks what is needed."""


class ExportError(GIFNetError):
    """A network that cannot be exported, or not to the place that was asked for."""


class EvaluationError(GIFNetError):
    """Pictures, methods or metrics that cannot be evaluated as asked."""


class FolderError(GIFNetError):
    """Folders of pictures that cannot be fused as asked."""


class WorkerError(GIFNetError):
    """A worker process that does not even start."""


class MissingDependencyError(GIFNetError):
    """An optional dependency is not installed; the message names the extra."""

    def __init__(self, package: str, *, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed: "
            f"run  pip install 'gifnet[{extra}]'"
        )
        self.package = package
        self.extra = extra
