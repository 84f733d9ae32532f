"""make_cutout(): open · infer · cut · store.

Walk::

    make_cutout
      ├ lock(cutout key)                one worker at a time, whichever job asked
      ├ stat                            made meanwhile? done
      ├ open_photo                      source → upright, within matting.max_input_pixels
      ├ stored_or_new_maps              stored network answer, or infer and store it
      ├ cut                             hints → trimap → matte → clean foreground
      └ save_cutout                     colour first, matte last
"""

import logging
import time

import pyvips

from media.config import Limits
from media.cutout import CutoutOptions, StoredCutout
from media.derived.cutouts import save_cutout
from media.derived.keys import cutout_key, maps_key
from media.derived.paths import cutout_matte_path, maps_path
from media.derived.units import note_made
from media.errors import SourceError
from media.geometry import Size
from media.records.sources import load_source
from media.work.jobs import COUNTERS, INFERENCES, MADE
from worker.matting.maps import Maps
from worker.matting.matter import Cutout, cut
from worker.matting.photo import Photo, load_photo
from worker.renewal import locked
from worker.services import Services
from worker.upkeep.marks import check_room, count_stored

log = logging.getLogger("cutout.worker")

#: JPEG quality of the stored colours: visually lossless for every later render (docs/architecture.md).
COLOUR_QUALITY = 95


def make_cutout(services: Services, source_digest: str, options: CutoutOptions) -> str:
    """Make and store one cutout unless it is there; returns its key.

    Raises SourceError if the source is missing or unreadable, Unavailable if the store is.
    """
    key = cutout_key(source_digest, services.matting, options)
    with locked(services.redis, key, services.settings.queue.lease_seconds):
        if services.store.stat(cutout_matte_path(key)):
            return key
        check_room(services.redis, services.settings.store, MADE)
        started = time.perf_counter()
        photo = open_photo(services, source_digest)
        cutout = cut(photo, stored_or_new_maps(services, source_digest, photo), options, services.settings.matting)
        encoded = encode(cutout, _told_size(photo, services.settings.limits))
        note_made(services.store, source_digest, "cutouts", key)
        save_cutout(services.store, key, encoded)
        count_stored(services.redis, MADE, len(encoded.colour) + len(encoded.matte))
        log.info("cutout %s made in %.0f ms", key[:12], (time.perf_counter() - started) * 1000)
    return key


def open_photo(services: Services, source_digest: str) -> Photo:
    body = load_source(services.store, source_digest)
    if body is None:
        raise SourceError("The source is no longer in the store.")
    limits, matting = services.settings.limits, services.settings.matting
    return load_photo(body, max_source_pixels=limits.max_source_pixels, max_pixels=matting.max_input_pixels)


def stored_or_new_maps(services: Services, source_digest: str, photo: Photo) -> Maps:
    """The network's answer on a source; one worker at a time asks it."""
    key = maps_key(source_digest, services.matting)
    with locked(services.redis, key, services.settings.queue.lease_seconds):
        stored = services.store.get(maps_path(key))
        if stored is not None:
            return Maps.unpack(stored.body)
        check_room(services.redis, services.settings.store, MADE)
        packed = services.matter.infer(photo).pack()
        services.redis.hincrby(COUNTERS, INFERENCES, 1)
        note_made(services.store, source_digest, "maps", key)
        services.store.put(maps_path(key), packed)
        count_stored(services.redis, MADE, len(packed))
    # From the packed form, so that the first cutout and one made later from the store are the same.
    return Maps.unpack(packed)


def _told_size(photo: Photo, limits: Limits) -> Size | None:
    """The source's size if the cutout is to have it; one that no answer may have would refuse every plain removal."""
    size = photo.scaled_from
    return size if size and size.pixels <= limits.max_output_pixels else None


def encode(cutout: Cutout, scaled_from: Size | None = None) -> StoredCutout:
    colour = pyvips.Image.new_from_array(cutout.colour, interpretation="srgb")
    matte = pyvips.Image.new_from_array(cutout.matte, interpretation="b-w")
    return StoredCutout(
        colour.jpegsave_buffer(Q=COLOUR_QUALITY, subsample_mode="off", keep="none"),
        matte.pngsave_buffer(compression=4, filter="up", keep="none"),
        cutout.confidence,
        scaled_from,
    )
