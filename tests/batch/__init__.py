"""Batches: what they compute, and what they survive."""
