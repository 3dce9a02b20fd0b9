"""Tables of information requests."""
