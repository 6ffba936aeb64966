"""The network as ONNX or OpenVINO files, for programs without gifnet.

NumPy alone when imported; the libraries are imported when something is exported.
"""

from gifnet.export.export import Exported, export_network
from gifnet.export.settings import Format, Precision
from gifnet.export.verify import Verification

__all__ = ["Exported", "Format", "Precision", "Verification", "export_network"]
