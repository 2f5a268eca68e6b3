"""Endorsements: those that the school gives, and those that others give it."""
