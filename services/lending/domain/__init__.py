"""Pure rules of loans: values and functions, no I/O."""
