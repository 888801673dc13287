"""The tests of mailbot; `core` and `shell` mirror the package, `servers` are the real servers they talk to."""
