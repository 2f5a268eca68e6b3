"""JSON values as Python types."""

from typing import Any

JsonObject = dict[str, Any]
"""A JSON object that came through :func:`credentials.strict_json.loads`, or that we built."""
