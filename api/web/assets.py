"""Scripts, styles and pictures of the pages, from this package and from the wheel of the chart library.

The address of each holds a hash of its content: a browser may keep it for ever, and never shows a new page with an
old script.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, Request, Response

from schemas.errors import NotFound

router = APIRouter(include_in_schema=False)
_PREFIX = "/static"
_FOLDER = Path(__file__).with_name("static")
_CHARTS = "plotly.min.js"
_DIGEST_CHARS = 16
_FOR_EVER = "public, max-age=31536000, immutable"
_SMALLEST_TO_COMPRESS = 1024
_TEXT = "; charset=utf-8"
# Not from the machine's table of types, which may know one less than the browser insists on.
_MEDIA_TYPES = MappingProxyType(
    {
        ".css": "text/css" + _TEXT,
        ".js": "text/javascript" + _TEXT,
        ".svg": "image/svg+xml",
        ".txt": "text/plain" + _TEXT,
        ".png": "image/png",
        ".ico": "image/x-icon",
        ".woff2": "font/woff2",
    }
)
_PACKED_ALREADY = frozenset({".png", ".ico", ".woff2"})


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    path: Path
    digest: str

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self.path.suffix]


def static_url(name: str) -> str:
    """The address of a file in api/web/static, or of plotly.min.js. Raises NotFound where there is no such file."""
    return f"{_PREFIX}/{_asset(name).digest}/{name}"


@router.get(_PREFIX + "/{digest}/{name:path}")
def static(request: Request, digest: str, name: str) -> Response:
    """The file of this very content; another version's address is not found."""
    asset = _asset(name)
    if digest != asset.digest:
        raise NotFound("static file", f"{digest}/{name}")
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    packed = _packed(asset) if _takes_gzip(request) else None
    if packed is not None:
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.path.read_bytes(), headers=headers, media_type=asset.media_type)


def _takes_gzip(request: Request) -> bool:
    """RFC 9110, 12.5.3, as far as browsers use it."""
    taken = [part.replace(" ", "").lower() for part in request.headers.get("accept-encoding", "").split(",")]
    return any(part == "gzip" or (part.startswith("gzip;") and part != "gzip;q=0") for part in taken)


def _asset(name: str) -> Asset:
    """Looked up among the known names, never joined to a folder: no path leads out of it."""
    found = _assets().get(name)
    if found is None:
        raise NotFound("static file", name)
    return found


@cache
def _assets() -> dict[str, Asset]:
    """Every file by its name, read once."""
    files = {str(path.relative_to(_FOLDER)): path for path in _FOLDER.rglob("*") if path.suffix in _MEDIA_TYPES}
    files[_CHARTS] = _charts_file()
    return {name: Asset(path, _digest(path)) for name, path in files.items()}


def _charts_file() -> Path:
    """Found without importing plotly, which takes a second and is not needed here."""
    spec = find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("plotly is a dependency of this package and is not installed")
    return Path(spec.submodule_search_locations[0]) / "package_data" / _CHARTS


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGEST_CHARS]


@cache
def _packed(asset: Asset) -> bytes | None:
    """Compressed once, by whoever asks first: 4.8 MB of plotly take a third of a second and become 1.4 MB."""
    raw = asset.path.read_bytes()
    if asset.path.suffix in _PACKED_ALREADY or len(raw) < _SMALLEST_TO_COMPRESS:
        return None
    return gzip.compress(raw, 9, mtime=0)
