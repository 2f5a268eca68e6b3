"""A file that the reader wrote, such as a policy: JSON where its name ends in .json, else TOML."""

import tomllib
from pathlib import Path
from typing import Any

from credentials.strict_json import JsonLimits, loads_value
from schemas.errors import TouchstoneError


def read_readers_file(
    path: Path, what: str, *, max_bytes: int, invalid: type[TouchstoneError]
) -> Any:
    """What stands in the file, not looked at yet.

    Args:
        path: the file.
        what: what it is for, in words, such as "The policy file".
        max_bytes: size that it may have.
        invalid: what is raised where it cannot be read.
    """
    name = f"{what} {path.name}"
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise invalid(f"{name} has more than {max_bytes:,} bytes.")
        if path.suffix == ".json":
            return loads_value(data, JsonLimits(max_bytes))
        return tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise invalid(f"{name} cannot be opened: {error.strerror}.", "Check its name.") from error
    except TouchstoneError as error:
        if isinstance(error, invalid):
            raise
        raise invalid(f"{name}: {error.sentence}", error.remedy) from error
    except (ValueError, RecursionError) as error:
        raise invalid(
            f"{name} is not TOML.", "A file with JSON has a name that ends in .json."
        ) from error
