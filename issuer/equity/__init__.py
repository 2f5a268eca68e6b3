"""How mastery is spread over groups that the school chose. For the school only.

Nothing of it stands in a credential or on a page: minting, the site and the metrics may not even
import this package (`[tool.importlinter]`).
"""
