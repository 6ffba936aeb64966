"""Fusion metrics: one metric, one file, ``metric(sources, fused, *, data_range=255) -> float``."""

from gifnet.metrics.ag import ag
from gifnet.metrics.catalogue import METRICS, Direction, Metric, Needs
from gifnet.metrics.psnr import psnr
from gifnet.metrics.ssim import ssim

__all__ = ["METRICS", "Direction", "Metric", "Needs", "ag", "psnr", "ssim"]
