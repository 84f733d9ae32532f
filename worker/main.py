"""settings → services → warm model → RQ worker."""

import argparse
import logging
import os
import sys

import redis

from media.config import ConfigError, Settings, load
from media.errors import MediaError
from media.logs import configure_logging
from media.stores import open_store
from media.typography.fonts import register
from worker import jobs
from worker.health.server import HealthServer
from worker.health.watch import Watch
from worker.lease import LeaseWorker
from worker.matting.closed_form import warm_up
from worker.matting.matter import Matter
from worker.matting.models import ModelError, locate, resolve
from worker.matting.session import open_session
from worker.notices import Sender
from worker.services import Services, connect
from worker.upkeep.janitor import Janitor

log = logging.getLogger("cutout.worker")

#: EX_CONFIG of sysexits.h: starting again would not help, so a supervisor should not.
REFUSED = 78


def open_services(settings: Settings) -> Services:
    """Raises ModelError or Unavailable with a sentence for the operator."""
    register(settings.rendering.font_folder)
    matting = settings.matting
    session = open_session(resolve(matting.model, matting.model_dir), locate(matting.model, matting.model_dir), matting)
    return Services(settings, open_store(settings.store), connect(settings.redis), Matter(session))


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; the job under way is finished first."""
    services = open_services(settings)
    jobs.use(services)
    warm_up()
    watch = Watch(settings.queue.lease_seconds)
    worker = LeaseWorker(
        services.redis, settings.queue, functions=jobs.FUNCTIONS, on_last_failure=jobs.give_up, watch=watch
    )
    beside: list[Watch | Sender | Janitor | HealthServer] = [watch, Sender(services), Janitor(services)]
    if settings.worker.health_port:
        beside.append(HealthServer(services, watch))
    for each in beside:
        each.start()
    worker.work(logging_level="WARNING")
    for each in reversed(beside):
        each.stop()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m worker", description="A Cutout worker: makes mattes.")
    parser.add_argument("--config", default=os.environ.get("CUTOUT_CONFIG"), help="path of config.yaml")
    chosen = parser.parse_args(arguments)
    configure_logging()
    try:
        run(load(chosen.config))
    except (ConfigError, ModelError) as error:
        print(f"cutout worker: {error}", file=sys.stderr)
        return REFUSED
    except MediaError as error:
        print(f"cutout worker: {error}", file=sys.stderr)
        return 1
    except redis.exceptions.RedisError as error:
        print(f"cutout worker: Redis cannot be reached: {error}", file=sys.stderr)
        return 1
    return 0
