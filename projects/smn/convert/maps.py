"""What every converter that writes semantic maps agrees on."""

IGNORE = 255
"""The value of a semantic map where there is nothing to learn and nothing to measure."""
