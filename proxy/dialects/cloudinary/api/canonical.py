"""Parameters as the texts that a signature covers: what is signed is what is called.

A signature joins a list by commas and leaves out what is empty. A reader of the list, or of the empty text, behind it
would read something that was not signed.
"""

import json
from collections.abc import Mapping
from typing import Any

from media.errors import RequestError
from proxy.dialects.cloudinary.api.form import Fields
from proxy.http.uploads import Upload

#: The only parameter that may be a file; no signature covers it.
FILE = "file"


def canonical(fields: Mapping[str, Any]) -> Fields:
    """Every parameter but the file as text, empty ones left out. Raises RequestError for a file in a text's place."""
    texts = {
        name: value if name == FILE and isinstance(value, Upload) else _text(name, value)
        for name, value in fields.items()
    }
    return {name: value for name, value in texts.items() if value != ""}


def refuse_files(fields: Mapping[str, Any]) -> None:
    """Raises RequestError for a file: the calls of the Admin API take none, whatever they keep of their parameters."""
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Upload):
                raise _no_file(name)


def _no_file(name: str) -> RequestError:
    return RequestError(f"Invalid value for parameter {name[:80]}: expected text, got a file")


def _text(name: str, value: Any) -> str:
    if isinstance(value, list) and not any(isinstance(each, list | dict) for each in value):
        return ",".join(_text(name, each) for each in value)
    if isinstance(value, str):
        return value
    if isinstance(value, Upload):
        raise _no_file(name)
    return "" if value is None else json.dumps(value, ensure_ascii=False)
