"""Write docs/operations.md and the dialects' pages of words from the code's own tables: ``make docs``.

The example pictures are the golden ones of the tests, made by our renderer. A test compares the pages with what
this would write now.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from media.formats.table import FORMATS, Format
from media.language.params import COMPASS
from media.operations import OPERATIONS, Operation
from media.operations.arguments import GRAVITIES
from media.operations.focus import PLACED
from media.operations.grading.looks import LOOKS
from media.operations.registry import REQUIRED, Argument
from media.render.plan import MAX_REMOVALS
from media.scene.classes import FACES, objects_of
from media.video.order import MODES
from proxy.dialects.cloudinary.semantics.actions import CROPS
from proxy.dialects.cloudinary.semantics.colorspaces import MEANINGS
from proxy.dialects.cloudinary.semantics.compiler import UNAVAILABLE
from proxy.dialects.cloudinary.semantics.effects import BLENDS, EFFECTS, REFUSED
from proxy.dialects.cloudinary.semantics.flags import FLAGS
from proxy.dialects.cloudinary.semantics.video import FILMS
from proxy.dialects.cloudinary.semantics.video import PARAMETERS as VIDEO_PARAMETERS
from proxy.dialects.cloudinary.syntax.grammar import KEYS
from proxy.dialects.uploadcare.cdn.semantics.compiler import MEANINGS as DIRECTIVES
from proxy.dialects.uploadcare.cdn.semantics.output import QUALITIES
from proxy.dialects.uploadcare.cdn.syntax.directives import SYNTAX

DOCS = Path(__file__).parent
GOLDEN = DOCS.parent / "tests" / "golden"
WRITTEN_BY = "<!-- written by docs/generate.py (make docs); edits here are lost -->"


def pages() -> dict[Path, str]:
    return {
        DOCS / "operations.md": operations_page(),
        DOCS / "dialects" / "cloudinary.md": cloudinary_page(),
        DOCS / "dialects" / "uploadcare_operations.md": uploadcare_page(),
    }


def operations_page() -> str:
    rows = [
        (_picture(each), f"`{each.name}`", each.sentence, "<br>".join(map(_argument, each.arguments)))
        for each in OPERATIONS.values()
    ]
    return "\n".join(
        [
            "# Operations",
            WRITTEN_BY,
            "",
            "The verbs of a chain. Dialects map their words onto these; sizes are in pixels, or fractions of a side.",
            "",
            *_table(("", "operation", "what it does", "arguments"), rows),
        ]
    )


def cloudinary_page() -> str:
    drawn = [(f"`e_{name}`", _sentence(name)) for name in sorted([*EFFECTS, "background_removal"])]
    refused = [(f"`e_{name}`", f"{reason} ({error.status})") for name, (error, reason) in sorted(REFUSED.items())]
    formats = [(f"`{row.name}`", row.mime, _ability(row)) for row in FORMATS.values()]
    keys = [(f"`{key}_`", f"{UNAVAILABLE[key]}: 400" if key in UNAVAILABLE else name) for key, name in KEYS.items()]
    crops = [(f"`c_{name}`", OPERATIONS[crop.operation].sentence) for name, crop in CROPS.items()]
    flags = [(f"`fl_{name}`", meaning) for name, meaning in sorted(FLAGS.items())]
    spaces = [(f"`cs_{name}`", meaning) for name, meaning in MEANINGS.items()]
    return "\n".join(
        [
            "# Cloudinary's delivery language: what is understood",
            WRITTEN_BY,
            "",
            "Anything not listed is answered 400 with a sentence in `X-Cld-Error`.",
            "",
            *_section("Keys", ("key", "meaning"), keys),
            *_section("Crop modes", ("mode", "what it does"), crops),
            *_section("Gravity", ("gravity", "where that is"), gravities()),
            *_section("Effects", ("effect", "what it does"), drawn),
            *removal(),
            *_section("Blends of layers", ("effect",), [(f"`e_{name}`",) for name in sorted(BLENDS - set(REFUSED))]),
            *_section("Flags", ("flag", "meaning"), flags),
            *_section("Color spaces", ("space", "what is delivered"), spaces),
            *_section("Formats", ("format", "type", ""), formats),
            *_section("Videos", ("parameter", "meaning"), videos()),
            *_section("Understood and refused", ("effect", "why"), refused),
            "With `delivery.skip_unavailable: true` those of 403 (and `b_gen_fill`) are left out, with their layer if",
            "they blend one. `X-Cld-Warning` names them; the picture has a key of its own, cached for five minutes.",
            "",
        ]
    )


REMOVED = (
    (
        "crops, sizes, turns, trims, colours, corners, opacity; nothing at all",
        "the source: one cutout for all such chains. The place is that of the original, to the pixel; `g_auto`, "
        "`g_face` and `e_trim` look at the original, too",
    ),
    (
        "layers, text, backgrounds, padding with a colour, borders, blurs and other effects",
        "the picture as it is by then, kept as a source of its own by its content; asking for it again shows it to no "
        "network",
    ),
)


def removal() -> list[str]:
    first, *rest = _section("Background removal", ("before the removal", "what is cut"), REMOVED)
    return [
        first,
        "",
        "`e_background_removal[:hints_(cat;dog)][:fineedges_y]` may stand anywhere in a chain, in layers and in named",
        f"transformations, at most {MAX_REMOVALS} times, on uploaded and on fetched pictures. What stands before it",
        "decides which picture is cut. With `cloudinary.removal_first: true` it must stand in the first component that",
        "does anything, not in a layer and not on `image/fetch`, as Cloudinary's page of 2024 has it; otherwise 400.",
        *rest,
    ]


def uploadcare_page() -> str:
    presets = "The operations that ``uploadcare.presets`` holds under this name."
    sentences = {name: meaning.__doc__ or "" for name, meaning in DIRECTIVES.items()} | {"preset": presets}
    rows = [(f"`-/{row.text}`", sentences[name].replace("``", "`")) for name, row in SYNTAX.items()]
    qualities = [(f"`{name}`", f"`{value}`") for name, value in QUALITIES.items()]
    return "\n".join(
        [
            "# Uploadcare's operations: what is understood",
            WRITTEN_BY,
            "",
            "Brackets may be left out. Anything not listed is answered 400 with a sentence.",
            "How addresses, tokens and groups work: [uploadcare.md](uploadcare.md).",
            "",
            *_section("Operations", ("operation", "what it does"), rows),
            *_section("Qualities", ("quality", "ours"), qualities),
            "## Filters",
            "",
            ", ".join(f"`{name}`" for name in LOOKS),
        ]
    )


def videos() -> list[tuple[str, str]]:
    """Of ``/video/upload/…``; a frame (``so_2/clip.jpg``) takes every parameter of images."""
    formats = _names(f"f_{name}" for name in FILMS)
    return [
        (
            "`so_2/…/clip.jpg`",
            "the frame at 2 seconds (without `so_` the middle one), then a photograph like any other",
        ),
        (formats, "a film: 423 until a worker has made it. `f_auto`: MP4, or WebM if the background stays transparent"),
        ("`e_background_removal`", "with its hints; `b_red` or `u_wall/fl_layer_apply` lie beneath"),
        *((f"`{key}_`", VIDEO_MEANINGS[key]) for key in VIDEO_PARAMETERS if key in VIDEO_MEANINGS),
    ]


#: What the keys of films mean; the others mean what they do for images.
VIDEO_MEANINGS = {
    "so": "where the film begins, in seconds",
    "eo": "where it ends",
    "du": "how long it is",
    "w": "width, at most 4096",
    "h": "height, at most 4096",
    "c": f"{', '.join(f'`c_{mode}`' for mode in MODES)}, about the middle",
    "fps": "frames a second, 1 to 120",
    "ac": "`ac_none`: without sound",
    "e": "`e_volume:mute`: without sound",
}


def _ability(row: Format) -> str:
    able = " and ".join(word for word, is_able in (("read", row.readable), ("written", row.writable)) if is_able)
    bound = f", scaled down to {row.fits} × {row.fits}" if row.fits else ""
    return f"{able}{bound}{', a page for each frame' if row.frames and not row.readable else ''}"


def gravities() -> list[tuple[str, str]]:
    """Every target, and how it is found."""
    objects = [name for name in GRAVITIES if objects_of(name)]
    faces = [name for name in GRAVITIES if name in (*FACES, "adv_eyes")]
    unseen = [name for name in GRAVITIES if name not in (*COMPASS, *PLACED, "auto", *objects, *faces)]
    return [
        (_names(COMPASS), "an edge, a corner or the middle"),
        (_names(["xy_center"]), "`x_`, `y_` are the centre of the window"),
        (_names(["custom"]), "the recorded `custom_coordinates`; the middle if there are none"),
        (
            _names(["auto"]),
            "the window that shows most of what draws the eye: a cut-out subject, else the network's saliency, faces "
            "first. `auto:cat` prefers a cat, `auto:cat_30` a little, `auto:cat_avoid` shuns it, `auto:aoi_x_y_w_h` "
            "names an area. "
            "Recorded `custom_coordinates` go before, unless `auto:custom_no_override`",
        ),
        (
            _names(faces),
            "recorded `face_coordinates`, else upright faces that look at the camera; north if there is none",
        ),
        (_names(objects), "what the network's class map shows; as `auto` if it shows none"),
        (_names([name for name in PLACED if name not in ("xy_center", "custom")]), "the middle"),
        (_names(unseen), "never found here: as `auto` (`ocr_text`: north), unless another place is named behind it"),
    ]


def _names(targets: Iterable[str]) -> str:
    return " ".join(f"`{target}`" for target in targets)


def _section(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"## {title}", "", *_table(header, rows), ""]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_row(header), _row(["---"] * len(header)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _sentence(effect: str) -> str:
    operation = OPERATIONS.get(EFFECTS.get(effect, effect))
    return operation.sentence if operation else "Not drawn here: 400."


def _argument(argument: Argument) -> str:
    if argument.default is REQUIRED:
        default = "required"
    elif argument.default in (None, "", ()):
        default = "optional"
    else:
        default = f"default {argument.kind.format(argument.default)}"
    return f"`{argument.name}`: {argument.kind.expected} ({default})"


def _picture(operation: Operation) -> str:
    path = GOLDEN / f"{operation.name}.webp"
    return f"![{operation.name}](../tests/golden/{path.name})" if path.is_file() else ""


def main() -> None:
    for path, text in pages().items():
        path.write_text(text + "\n")


if __name__ == "__main__":
    main()
