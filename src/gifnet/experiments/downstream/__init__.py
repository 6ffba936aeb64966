"""Fusion helps downstream: edges and keypoints of fused pictures and of one source alone."""
