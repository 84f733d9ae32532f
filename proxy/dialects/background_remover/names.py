"""Names of result files: the uploaded stem, harmless as a file name and as part of a URL. Pure."""

from collections.abc import Sequence

MAX_STEM_LENGTH = 100
UNNAMED = "file"


def stem_of(filename: str) -> str:
    """A client writes what we send to a file of this name: no folder, nothing hidden, no control characters."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    harmless = "".join(each if each.isalnum() or each in "-_." else "_" for each in stem)
    return harmless.strip(".")[:MAX_STEM_LENGTH] or UNNAMED


def result_names(filenames: Sequence[str], extension: str) -> list[str]:
    """One name per file, none twice: a client would write the second over the first."""
    names: list[str] = []
    for filename in filenames:
        stem, number = stem_of(filename), 1
        while (name := f"{stem}{'' if number == 1 else f'-{number}'}.{extension}") in names:
            number += 1
        names.append(name)
    return names
