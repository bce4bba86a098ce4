"""Risk runs, and all that is read from them without pricing again."""
