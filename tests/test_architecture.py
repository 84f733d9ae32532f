"""Who may import whom: the rooms of docs/architecture.md and the arrows between them, read from the code."""

import ast
import fnmatch
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOPS = ("media", "proxy", "worker")

#: Room → the rooms it may import, and through them what those may import. Every file of ours is in one room.
ROOMS: dict[str, set[str]] = {
    "media": set(),
    "media/language": {"media"},
    "media/stores": {"media"},
    "media/network": {"media"},
    "media/typography": {"media"},
    "media/scene": {"media"},
    "media/isolation": {"media"},
    "media/raster": {"media/language"},
    "media/records": {"media/stores"},
    "media/operations": {"media/raster", "media/scene", "media/typography", "media/isolation"},
    "media/formats": {"media/raster", "media/isolation"},
    "media/work": {"media/records"},
    "media/video": {"media/derived", "media/isolation"},
    "media/derived": {"media/operations", "media/scene", "media/stores"},
    "media/retention": {"media/derived", "media/work"},
    "media/render": {"media/formats", "media/derived", "media/records"},
    "media/removal": {"media/operations"},
    "media/analysis": {"media/formats", "media/operations"},
    "proxy/runtime": {"media/retention"},
    "proxy/services": {"proxy/runtime", "media/network", "media/typography"},
    "proxy/dialect": {"proxy/services"},
    "proxy/http": {"proxy/services", "media/formats"},
    "proxy/delivery": {"proxy/http", "media/render", "media/video"},
    "proxy/dialects": {"proxy/dialect", "proxy/delivery", "media/analysis", "media/removal"},
    "proxy/app": {"proxy/dialects"},
    "proxy/commands": {"proxy/app"},
    "worker": {
        "media/video",
        "media/render",
        "media/retention",
        "media/work",
        "media/network",
        "media/analysis",
        "media/removal",
    },
}
#: Files in a root folder that are a room of their own, or part of one further up than their folder.
PLACED = {
    "media/analysis.py": "media/analysis",
    "proxy/app.py": "proxy/app",
    "proxy/dialect.py": "proxy/dialect",
    "proxy/services.py": "proxy/services",
    "proxy/__main__.py": "proxy/commands",
    "proxy/__init__.py": "proxy/runtime",
}
#: Inside a vendor's folder: part → the parts below it. The first part that matches a file is its own.
DIALECT_PARTS = ("syntax", "semantics")

#: Top-level package → who alone may import it. Packages without a row are free to all but the pure files.
ONLY_IN = {
    "starlette": ("proxy/*",),
    "uvicorn": ("proxy/*",),
    "rq": ("proxy/*", "worker/*"),
    "redis": ("proxy/*", "worker/*"),
    "onnxruntime": ("worker/*",),
    "pymatting": ("worker/*",),
    "torch": ("worker/training/*",),
    "boto3": ("media/stores/*",),
    "botocore": ("media/stores/*",),
    "httpx": ("media/network/*", "media/stores/*", "worker/matting/models.py"),
    "PIL": ("media/typography/typeface.py", "media/formats/pillow.py", "worker/training/*"),
    "vtracer": ("media/formats/documents/svg.py",),
    "pillow_heif": ("media/formats/heic.py",),
    "pymupdf_fonts": ("media/typography/fonts.py",),
    "av": ("media/video/*", "worker/video/*"),
    "pyvips": ("media/*", "worker/*", "proxy/http/health.py"),
    "yaml": ("media/config.py",),
}
#: The files of a dialect that may do I/O. All others are its language: text in, values out.
MAY_DO_IO = (
    "proxy/dialects/__init__.py",
    "proxy/dialects/*/delivery.py",
    "proxy/dialects/*/auth.py",
    "proxy/dialects/background_remover/convert.py",
    "proxy/dialects/background_remover/conversions.py",
    "proxy/dialects/background_remover/events.py",
    "proxy/dialects/background_remover/results.py",
    "proxy/dialects/background_remover/server_form.py",
    "proxy/dialects/background_remover/sources.py",
    "proxy/dialects/cloudimage/hosts.py",
    "proxy/dialects/cloudimage/invalidation.py",
    "proxy/dialects/cloudinary/access.py",
    "proxy/dialects/cloudinary/api/*",
    "proxy/dialects/*/concrete.py",
    "proxy/dialects/cloudinary/named_transformations.py",
    "proxy/dialects/cloudinary/raw_files.py",
    "proxy/dialects/cloudinary/tenant.py",
    "proxy/dialects/cloudinary/videos.py",
    "proxy/dialects/img_processing/images.py",
    "proxy/dialects/img_processing/library.py",
    "proxy/dialects/remove_bg/account.py",
    "proxy/dialects/remove_bg/sources.py",
    "proxy/dialects/uploadcare/bases.py",
    "proxy/dialects/uploadcare/cdn/answers/*",
    "proxy/dialects/uploadcare/events.py",
    "proxy/dialects/uploadcare/files.py",
    "proxy/dialects/uploadcare/groups.py",
    "proxy/dialects/uploadcare/paths.py",
    "proxy/dialects/uploadcare/rate.py",
    "proxy/dialects/uploadcare/rest/*",
    "proxy/dialects/uploadcare/timeline.py",
    "proxy/dialects/uploadcare/upload/*",
)
#: The files of the proxy that read the digest of an asset: the gate, what has just stored it, proven owners.
MAY_READ_DIGESTS = (
    "proxy/delivery/gate.py",
    "proxy/delivery/ingest.py",
    "proxy/delivery/synchronous.py",
    "proxy/dialects/cloudinary/api/*",
    "proxy/dialects/uploadcare/files.py",
)
IO_PACKAGES = {"starlette", "redis", "rq", "httpx", "boto3", "asyncio", "socket", "requests"}
#: Most files in one folder; a folder of verbs may have more.
MOST_FILES = 17
MOST_OPERATIONS = 28


def sources() -> list[str]:
    return [str(path.relative_to(ROOT)) for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]


def folders() -> list[str]:
    return sorted({str(Path(path).parent) for path in sources()})


def imports(path: str) -> Iterator[str]:
    """Dotted names of what a file imports, modules if there is one, wherever in the file."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if file_of(inner) else node.module or ""


def file_of(module: str) -> str | None:
    """The file of one of our modules, None if the name is no module of ours."""
    base = module.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if (ROOT / path).exists()), None)


def room_of(path: str) -> str:
    if path in PLACED:
        return PLACED[path]
    parts = path.split("/")
    room = "/".join(parts[:2]) if len(parts) > 2 else parts[0]
    return parts[0] if parts[0] == "worker" else room


@cache
def reachable(room: str) -> frozenset[str]:
    return frozenset({room}).union(*(reachable(below) for below in ROOMS[room]))


def is_pure(path: str) -> bool:
    return path.startswith("proxy/dialects/") and not any(fnmatch.fnmatch(path, pattern) for pattern in MAY_DO_IO)


def ours(path: str) -> Iterator[tuple[str, str]]:
    """Module and file of what a file imports from this project."""
    yield from ((name, file) for name in imports(path) if name.partition(".")[0] in TOPS and (file := file_of(name)))


@pytest.mark.parametrize("path", sources())
def test_a_file_imports_only_what_its_room_allows(path: str) -> None:
    for name in imports(path):
        allowed = ONLY_IN.get(name.partition(".")[0])
        assert allowed is None or any(fnmatch.fnmatch(path, pattern) for pattern in allowed), f"{path} imports {name}"
    for name, file in ours(path):
        assert room_of(file) in reachable(room_of(path)), f"{path} ({room_of(path)}) imports {name}"


@pytest.mark.parametrize("path", [path for path in sources() if path.startswith("proxy/dialects/")])
def test_a_vendor_never_imports_another_and_its_language_does_no_io(path: str) -> None:
    parts = path.split("/")
    if len(parts) < 4:
        return
    for name, file in ours(path):
        if file.startswith("proxy/dialects/"):
            assert file.split("/")[2] == parts[2], f"{path} reaches into {name}"
        if is_pure(path):
            assert file.startswith("media/") or is_pure(file), f"{path} is a vendor's language and imports {name}"
    if is_pure(path):
        for name in imports(path):
            assert name.partition(".")[0] not in IO_PACKAGES, f"{path} is a vendor's language and imports {name}"


@pytest.mark.parametrize("path", [path for path in sources() if path.split("/")[-2] in DIALECT_PARTS])
def test_the_text_rules_of_a_language_know_nothing_of_its_meaning_and_neither_knows_the_routes(path: str) -> None:
    own = path.split("/")[-2]
    below = DIALECT_PARTS[: DIALECT_PARTS.index(own) + 1]
    for name, file in ours(path):
        assert file.startswith("media/") or file.split("/")[-2] in below, f"{path} imports {name}"


@pytest.mark.parametrize("path", [path for path in sources() if path.startswith("proxy/")])
def test_an_asset_becomes_a_digest_at_the_gate_alone(path: str) -> None:
    """A digest opens the bytes: whoever reads it elsewhere has judged nothing (``hash.digest()`` is another)."""
    tree = ast.parse((ROOT / path).read_text())
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "digest"]
    lines = [node.lineno for node in read if id(node) not in called]
    assert not lines or any(fnmatch.fnmatch(path, pattern) for pattern in MAY_READ_DIGESTS), f"{path}:{lines[:1]}"


def test_every_row_of_what_may_do_io_stands_for_a_file() -> None:
    assert not [pattern for pattern in MAY_DO_IO if not fnmatch.filter(sources(), pattern)]


def test_the_table_has_a_row_for_every_room_and_no_circle() -> None:
    assert {room_of(path) for path in sources()} == set(ROOMS)
    for room, below in ROOMS.items():
        assert all(room not in reachable(other) for other in below), room


@pytest.mark.parametrize("folder", folders())
def test_a_folder_has_a_sentence_of_its_own_and_few_enough_files(folder: str) -> None:
    sign = ROOT / folder / "__init__.py"
    assert sign.exists(), folder
    assert ast.get_docstring(ast.parse(sign.read_text())), f"{sign} does not say what the folder is"
    files = [path for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py"]
    most = MOST_OPERATIONS if folder == "media/operations" else MOST_FILES
    assert len(files) <= most, f"{folder} has {len(files)} files"


def test_architecture_page_names_only_files_that_exist() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    named = {word.strip("`:,.()") for word in text.split() if word.strip("`:,.()").endswith(".py")}
    known = [*sources(), *(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py"))]
    missing = [name for name in named if not any(path == name or path.endswith("/" + name) for path in known)]
    assert not missing


#: Questions that Unicode answers otherwise than ``int`` does; media/integers.py is asked instead.
DIGIT_QUESTIONS = {"isdigit", "isdecimal", "isnumeric"}
#: Who reads JSON of our own making; what a stranger wrote goes through media/json_text.py.
READS_OWN_JSON = (
    "media/cutout.py",
    "media/derived/*",
    "media/operations/*",
    "media/records/documents.py",
    "media/render/binding.py",
    "media/scene/maps.py",
    "media/stores/trailer.py",
    "media/video/order.py",
    "proxy/dialects/cloudinary/api/upload/tokens.py",
    "worker/*",
)


@pytest.mark.parametrize("path", sources())
def test_strangers_numbers_and_documents_are_read_by_one_reader(path: str) -> None:
    named = {node.attr for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.Attribute)}
    assert not named & DIGIT_QUESTIONS, f"{path} asks {named & DIGIT_QUESTIONS}"
    reads_own = any(fnmatch.fnmatch(path, pattern) for pattern in READS_OWN_JSON)
    assert reads_own or "loads" not in named, f"{path} calls json.loads"
