"""Dated parameters of deposits as data, and their loader."""
