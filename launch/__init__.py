"""The composition root: the only code that knows every service, how they are wired, and what they run on."""
