"""Programs that make the built-in embedder; not in the wheel."""
