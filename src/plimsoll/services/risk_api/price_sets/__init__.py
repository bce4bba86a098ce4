"""Price sets."""
