"""Tables of improvements."""
