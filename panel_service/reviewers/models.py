"""Tables of reviewers."""
