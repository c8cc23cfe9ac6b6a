"""A company's book taken from a file and matched against a statement."""
