"""The data models: what a document has to hold before it is signed and after it is received."""

from credentials.models.credential import check_credential, check_presentation

__all__ = ["check_credential", "check_presentation"]
