"""Reading status lists: what kinds of entries there are, and what each list says.

The check "status" asks; the readers here answer or raise. Every list is fetched whole, by an
address that is the same for all credentials in it, so that nobody learns which one is being read.
"""
