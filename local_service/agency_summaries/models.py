"""Tables of agency summaries."""
