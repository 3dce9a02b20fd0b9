"""A national year from the published proportions, driven through the real processes."""
