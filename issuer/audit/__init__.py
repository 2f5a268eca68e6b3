"""Who did what: a log that is only added to, each row bound to the one before it by its hash.

It says ids and kinds, never names or scores, so that its rows stay as they are, and verifiable,
when a person's data are deleted (docs/decisions/0016-audit-log.md).
"""
