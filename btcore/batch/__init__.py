"""Many simulations: what they are, how they are run, what came of them.

Nothing is imported here: see `executors.preload`.
"""
