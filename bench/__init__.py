"""Benchmarks: what the bank does in a second, beside what the machine could do in the same run."""
