"""`cutout`: dev · proxy · worker · models · key · sign · warm · purge."""

import secrets
import subprocess
import sys
from typing import Annotated

import typer

from media.config import ConfigError
from media.errors import MediaError
from media.malloc import bound_arenas
from proxy.runtime.secret_tokens import hashed, new_token

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
models = typer.Typer(no_args_is_help=True, help="The networks: list, pull from their publishers, add your own.")
app.add_typer(models, name="models")
key = typer.Typer(no_args_is_help=True, help="What opens the APIs: make one, hash one for the configuration.")
app.add_typer(key, name="key")

#: The worker's command knows its options.
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
#: What keys of IMG Processing begin with.
STAGES = ("test", "live")
Config = Annotated[str | None, typer.Option("--config", envvar="CUTOUT_CONFIG", help="Path of config.yaml.")]


@app.command()
def dev(config: Config = None) -> None:
    """Start everything on this machine: embedded Redis, one worker, the proxy, a folder as store."""
    from proxy.commands.dev import run  # the proxy's libraries load only for the commands that serve

    try:
        raise typer.Exit(run(config))
    except (ConfigError, MediaError) as error:
        typer.echo(f"cutout dev: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def proxy(config: Config = None) -> None:
    """Start the proxy alone (a Redis and a store must be configured)."""
    from proxy.commands.serve import main as serve

    raise typer.Exit(serve(["--config", config] if config else []))


@app.command()
def worker(config: Config = None) -> None:
    """Start one worker alone."""
    raise typer.Exit(_python("worker", *(["--config", config] if config else [])))


@models.command("list")
def models_list(config: Config = None) -> None:
    """Every known network, its licence and whether its weights are here."""
    raise typer.Exit(_models(config, "list"))


@models.command("pull")
def models_pull(name: str, config: Config = None) -> None:
    """Fetch the published weights of a network; a checksum mismatch is refused."""
    raise typer.Exit(_models(config, "pull", name))


@models.command("add", add_help_option=False, context_settings=PASSED_ON)
def models_add(context: typer.Context, config: Config = None) -> None:
    """Register a weights file of your own once it answers a sample: FILE [--name --size --mean --std --logits …]."""
    raise typer.Exit(_models(config, "add", *context.args))


@key.command("new")
def key_new(
    stage: Annotated[str, typer.Option(help="test or live: a key of IMG Processing.")] = "",
    cloudinary: Annotated[bool, typer.Option("--cloudinary", help="A key id and its secret, which signs.")] = False,
) -> None:
    """Make a secret token, shown once, and the hash that the configuration holds."""
    if cloudinary:
        typer.echo(f"key      {secrets.randbelow(9 * 10**14) + 10**14}\nsecret   {secrets.token_urlsafe(24)}")
        return
    if stage not in ("", *STAGES):
        raise typer.BadParameter(f"must be {' or '.join(STAGES)}, got {stage!r}", param_hint="--stage")
    token = new_token(stage)
    typer.echo(f"token    {token}\nhash     {hashed(token)}")


@key.command("hash")
def key_hash(
    token: Annotated[str, typer.Option(prompt="Token", hide_input=True, envvar="CUTOUT_TOKEN")],
) -> None:
    """Print the hash of a token (asked for, or in CUTOUT_TOKEN: a command line is seen by others)."""
    typer.echo(hashed(token))


@app.command()
def sign(
    text: Annotated[str, typer.Argument(help="<transformation>/<public id>[.ext] as it stands in the URL")],
    secret: Annotated[str, typer.Option(prompt=True, hide_input=True, envvar="CUTOUT_API_SECRET")],
    sha256: Annotated[bool, typer.Option(help="SHA-256 instead of SHA-1.")] = False,
    long: Annotated[bool, typer.Option(help="32 characters (always SHA-256).")] = False,
) -> None:
    """Print the signature component of a delivery URL."""
    from proxy.dialects.cloudinary.signature import sign as sign_text

    typer.echo(f"s--{sign_text(text, secret, algorithm='sha256' if sha256 else 'sha1', long=long)}--")


@app.command()
def warm(
    file: Annotated[typer.FileText, typer.Argument(help="One URL (or path, with --base) per line; - reads stdin.")],
    base: Annotated[str, typer.Option(help="Scheme and host put in front of lines that begin with a slash.")] = "",
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Requests under way at once.")] = 4,
    patience: Annotated[float, typer.Option(min=1, help="Seconds to wait for one URL.")] = 120.0,
) -> None:
    """Ask for every URL of a list, so that its derived asset is there before its first visitor."""
    from rich.progress import Progress

    from proxy.commands.warm import read_urls
    from proxy.commands.warm import warm as warm_all

    urls = read_urls(file, base)
    failed = []
    with Progress() as progress:
        task = progress.add_task("warming", total=len(urls))
        for warmed in warm_all(urls, at_once=at_once, patience=patience):
            failed += [] if warmed.ok else [warmed]
            progress.advance(task)
    for each in failed:
        typer.echo(f"{each.status or 'no answer'}  {each.url}  {each.reason}", err=True)
    typer.echo(f"{len(urls) - len(failed)} of {len(urls)} are ready.")
    raise typer.Exit(1 if failed else 0)


@app.command()
def purge(
    config: Config = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, delete nothing.")] = False,
) -> None:
    """Delete what the store's bounds and ages say, once (the workers do it all the time)."""
    words = [*(["--dry-run"] if dry_run else []), *(["--config", config] if config else [])]
    raise typer.Exit(_python("worker.upkeep.purge", *words))


def _models(config: str | None, *words: str) -> int:
    return _python("worker.model_commands", *words, *(["--config", config] if config else []))


def _python(module: str, *words: str) -> int:
    # The proxy's side never imports the worker's: onnxruntime stays out of this process.
    return subprocess.run([sys.executable, "-m", module, *words], check=False).returncode


def main() -> None:
    # No command is imported yet: libraries start threads.
    bound_arenas()
    app()


if __name__ == "__main__":
    main()
