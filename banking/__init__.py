"""The frame every counter transaction runs in: declarations, the runner, the business day, two-phase movements."""
