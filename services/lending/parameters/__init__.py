"""Dated parameters of loans as data, and their loader."""
