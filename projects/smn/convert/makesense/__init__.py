"""makesense.ai."""
