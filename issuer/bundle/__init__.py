"""Bundles: one file with what it takes to check a learner's credentials when nobody answers."""
