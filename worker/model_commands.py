"""`cutout models list | pull NAME | add FILE [--name … --size …]`, run as ``python -m worker.model_commands``."""

import argparse
import math
import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from media.config import ConfigError, Matting, load
from worker.matting.models import ModelError, add, available, own, pull
from worker.trial import try_out

#: An option that was not given: the row's own default holds. None is a value of some.
UNSAID: Any = object()
#: Options of `add` that are fields of a row.
ROW_OPTIONS = ("input_size", "mean", "std", "licence", "logits", "stretches")
CHANNELS = 3


def show(model_dir: str) -> None:
    table = Table("model", "licence", "input", "weights")
    for entry in available(model_dir):
        where = "here" if entry.path else "cutout models pull " + entry.model.name
        table.add_row(entry.model.name, entry.model.licence, str(entry.model.input_size), where)
    Console().print(table)


def fetch(name: str, model_dir: str) -> None:
    with Progress() as progress:
        task = progress.add_task(name, total=None)
        path = pull(name, model_dir, lambda done, total: progress.update(task, completed=done, total=total or None))
    Console().print(f"{name} is ready: {path}", highlight=False)


def register(chosen: argparse.Namespace, settings: Matting) -> None:
    """Accept a file of one's own if it answers a sample as its row says."""
    fields = {name: value for name in ROW_OPTIONS if (value := getattr(chosen, name)) is not UNSAID}
    gain = try_out(own(chosen.what, chosen.name, **fields), Path(chosen.what), settings)
    model = add(chosen.what, settings.model_dir, chosen.name, **fields)
    Console().print(
        f"registered as {model.name}; it found a sample's subject by {gain:.2f} (1 is best)", highlight=False
    )


def three_numbers(text: str) -> tuple[float, ...] | None:
    """``0.5,0.5,0.5``, or ``none`` for a graph that takes the photo's bytes as they are."""
    if text == "none":
        return None
    values = tuple(float(part) for part in text.split(","))
    if len(values) != CHANNELS or not all(math.isfinite(value) for value in values):
        raise ValueError(text)
    return values


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cutout models")
    parser.add_argument("action", choices=("list", "pull", "add"))
    parser.add_argument("what", nargs="?", default="")
    parser.add_argument("--config", default=os.environ.get("CUTOUT_CONFIG"))
    added = parser.add_argument_group("of the file to add")
    added.add_argument("--name", default="", help="by default that of the file")
    added.add_argument(
        "--size", dest="input_size", type=int, default=UNSAID, help="side of the square it takes, in pixels (320)"
    )
    shapes = (
        "three numbers with commas for red, green, blue of 0 to 1, or none for a graph that takes bytes (ImageNet's)"
    )
    added.add_argument("--mean", type=three_numbers, default=UNSAID, help=shapes)
    added.add_argument("--std", type=three_numbers, default=UNSAID, help="the same")
    added.add_argument("--licence", default=UNSAID)
    added.add_argument("--logits", action="store_true", default=UNSAID, help="its answer needs a sigmoid")
    added.add_argument(
        "--stretches", action="store_true", default=UNSAID, help="its answer is scaled to its own range (U2-Net, ISNet)"
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.action != "list" and not chosen.what:
        parser.error(f"{chosen.action} needs a model's name or a file")
    try:
        settings = load(chosen.config).matting
        if chosen.action == "list":
            show(settings.model_dir)
        elif chosen.action == "pull":
            fetch(chosen.what, settings.model_dir)
        else:
            register(chosen, settings)
    except (ConfigError, ModelError) as error:
        print(f"cutout models: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
