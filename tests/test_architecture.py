"""Who may import whom: the table of docs/architecture.md, read from the code."""

import ast
import fnmatch
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Path pattern → top-level packages its files must never import. Every matching row counts.
FORBIDDEN = {
    "media/*": {"starlette", "uvicorn", "rq", "redis", "onnxruntime", "pymatting", "proxy", "worker"},
    "proxy/*": {"onnxruntime", "pymatting", "worker", "torch"},
    "worker/*": {"starlette", "uvicorn", "proxy"},
}
#: Files that alone may import these.
ONLY_IN = {
    "boto3": ("media/stores/*",),
    "botocore": ("media/stores/*",),
    "httpx": ("media/origin.py", "media/courier.py", "media/stores/*", "worker/matting/models.py"),
    "PIL": ("media/typeface.py", "media/pillow.py", "worker/training/*"),
    "pymupdf_fonts": ("media/fonts.py",),
    "pyvips": ("media/*", "worker/*", "proxy/health.py"),
    "torch": ("worker/training/*",),
    "yaml": ("media/config.py",),
}
#: A vendor's pure files: text in, values out.
PURE_DIALECT_FILES = (
    "access_token", "actions", "arguments", "backdrop", "colorspaces", "compiler", "effects", "envelope", "errors",
    "expression", "foreground", "formats", "grammar", "identity", "layers", "models", "origins", "output", "public_id",
    "removal", "responsive", "rotation", "schema", "scope", "signature", "sizing", "structure", "text",
    "url", "vocabulary", "watermark",
)  # fmt: skip
IO_PACKAGES = {"starlette", "redis", "rq", "httpx", "boto3", "asyncio", "socket", "requests"}


def sources() -> list[str]:
    folders = ("media", "proxy", "worker")
    return [str(path.relative_to(ROOT)) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: str) -> Iterator[str]:
    """Dotted names a file imports, wherever in the file."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sources())
def test_a_file_imports_only_what_its_place_allows(path: str) -> None:
    for name in imports(path):
        top = name.partition(".")[0]
        for pattern, packages in FORBIDDEN.items():
            assert not (fnmatch.fnmatch(path, pattern) and top in packages), f"{path} imports {name}"
        allowed = ONLY_IN.get(top)
        assert allowed is None or any(fnmatch.fnmatch(path, pattern) for pattern in allowed), f"{path} imports {name}"


@pytest.mark.parametrize("path", [path for path in sources() if path.startswith("proxy/dialects/")])
def test_a_vendor_never_imports_another_and_its_language_does_no_io(path: str) -> None:
    parts = path.split("/")
    if len(parts) < 4:
        return
    for name in imports(path):
        if name.startswith("proxy.dialects."):
            assert name.split(".")[2] == parts[2], f"{path} reaches into {name}"
        if parts[-1].removesuffix(".py") in PURE_DIALECT_FILES:
            assert name.partition(".")[0] not in IO_PACKAGES, f"{path} is a vendor's language and imports {name}"
            assert not name.startswith("proxy.") or name.startswith("proxy.dialects."), f"{path} imports {name}"


def test_architecture_page_names_only_files_that_exist() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    named = {word.strip("`:,.()") for word in text.split() if word.strip("`:,.()").endswith(".py")}
    known = [*sources(), *(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py"))]
    missing = [name for name in named if not any(path == name or path.endswith("/" + name) for path in known)]
    assert not missing
