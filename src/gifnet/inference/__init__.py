"""The fusing itself."""

from gifnet.inference.settings import Device, Precision
