"""Tables of panel requests."""
