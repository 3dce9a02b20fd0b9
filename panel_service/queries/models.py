"""Tables of queries."""
