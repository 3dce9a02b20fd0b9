"""Tables of public register."""
