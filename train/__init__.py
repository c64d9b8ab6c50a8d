"""The recipes of the starter models: one readable script each."""
