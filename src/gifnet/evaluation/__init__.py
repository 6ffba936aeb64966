"""Evaluating fusion methods: cases, methods, measuring, statistics, reports."""
