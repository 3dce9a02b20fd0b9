"""Tables of national reviews."""
