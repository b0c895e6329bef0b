"""docs/research.md from result files: ``python -m bench.research``; see ``__main__`` for options."""
