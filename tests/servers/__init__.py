"""Real servers that the tests start for themselves: each on a free loopback port, each with its own folder."""
