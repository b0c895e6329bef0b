"""The work of a batch by the tools that run Python on several cores: start, overhead, throughput, memory, failures.

Run it with ``python -m bench.parallel.run``; see there for options.
"""
