"""docs/settings.md, made from the settings themselves: `python -m services.settings_table`."""

from __future__ import annotations

import sys
import types
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from services.settings import CONFIG_FILE, PREFIX, Settings

_HEAD = f"""# Settings

Every setting is an environment variable; a TOML file named by `{CONFIG_FILE}` may hold the same names in lower case
without the prefix (`http_port = 8080`); a variable wins over the file. A name that is not in this table stops the
start, and so does a value that cannot be; the line printed says which and why. Made by `make docs`.

| variable | default | what it is |
|---|---|---|
"""


def settings_table() -> str:
    """The whole document, Markdown."""
    return _HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    default = "" if field.default is None else f"`{field.default}`"
    choices = _choices(field.annotation)
    text = f"{field.description} One of {', '.join(f'`{c}`' for c in choices)}." if choices else field.description
    return f"| `{PREFIX}{name.upper()}` | {default} | {text} |\n"


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType) and SecretStr not in get_args(annotation):
        return tuple(c for part in get_args(annotation) for c in _choices(part))
    return ()


if __name__ == "__main__":
    sys.stdout.write(settings_table())
