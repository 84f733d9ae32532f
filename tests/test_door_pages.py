"""The pages of the synchronous APIs name everything that their tables hold."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from media.removal.parameters import TYPES
from proxy.dialects.background_remover.models import SUBSTITUTED as REMOVER_MODELS
from proxy.dialects.background_remover.schema import BACKGROUND_FILES
from proxy.dialects.background_remover.schema import BACKGROUNDS as REMOVER_BACKGROUNDS
from proxy.dialects.background_remover.schema import FILES as REMOVER_FILES
from proxy.dialects.img_processing.images import GENERATIVE
from proxy.dialects.img_processing.schema import FIELDS, WATERMARK
from proxy.dialects.rembg.models import REFUSED, SUBSTITUTED
from proxy.dialects.rembg.schema import PARAMETERS
from proxy.dialects.remove_bg.errors import ERRORS
from proxy.dialects.remove_bg.schema import BACKGROUNDS, FORMATS, SIZES, SOURCES

PAGES = Path(__file__).parent.parent / "docs" / "dialects"
NAMED: dict[str, Iterable[str]] = {
    "remove_bg.md": [*ERRORS, *SIZES, *FORMATS, *TYPES, *SOURCES, *BACKGROUNDS],
    "rembg.md": [*PARAMETERS, *SUBSTITUTED, *REFUSED],
    "background_remover.md": [*REMOVER_MODELS, *REMOVER_FILES, *BACKGROUND_FILES, *REMOVER_BACKGROUNDS],
    "img_processing.md": [*FIELDS, *(name for fields in FIELDS.values() for name in fields), *WATERMARK, *GENERATIVE],
}


@pytest.mark.parametrize("page", NAMED)
def test_a_page_is_complete(page: str) -> None:
    text = (PAGES / page).read_text()
    assert [name for name in NAMED[page] if f"`{name}`" not in text and f"/{name}`" not in text] == []
