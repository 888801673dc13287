"""Does the reader stand papers that its own engineers did not imagine? A second generator, written without reading it."""
