"""Benchmarks: files of pytest-benchmark, comparisons with other engines, and their committed results."""
