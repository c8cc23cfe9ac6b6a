"""Pure rules of deposits: values and functions, no I/O."""
