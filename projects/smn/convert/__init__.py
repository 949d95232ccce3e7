"""What the tools share that bring other people's data into this project's format."""
