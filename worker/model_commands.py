"""`cutout models list | pull NAME | add FILE`, run as ``python -m worker.model_commands``."""

import argparse
import os
import sys

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from media.config import ConfigError, load
from worker.matting.models import ModelError, add, available, pull


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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="cutout models")
    parser.add_argument("action", choices=("list", "pull", "add"))
    parser.add_argument("what", nargs="?", default="")
    parser.add_argument("--config", default=os.environ.get("CUTOUT_CONFIG"))
    chosen = parser.parse_args(arguments)
    if chosen.action != "list" and not chosen.what:
        parser.error(f"{chosen.action} needs a model's name or a file")
    try:
        model_dir = load(chosen.config).matting.model_dir
        if chosen.action == "list":
            show(model_dir)
        elif chosen.action == "pull":
            fetch(chosen.what, model_dir)
        else:
            Console().print(f"registered as {add(chosen.what, model_dir).name}", highlight=False)
    except (ConfigError, ModelError) as error:
        print(f"cutout models: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
