"""The functional core: pure functions and frozen values; no I/O, no clock, no randomness, no logging."""
