"""Savings: all deposit accounts, personal and corporate."""
