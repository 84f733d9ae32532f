"""make_scene(): what is in a source, for gravities that name it. The network sees each source once."""

from media.derived.keys import maps_key
from media.derived.scenes import load_scene, save_faces
from media.errors import SourceError
from media.scene.scene import Scene
from media.work.jobs import scene_id
from worker.cutouts import open_photo, stored_or_new_maps
from worker.matting.faces import find_faces
from worker.renewal import locked
from worker.services import Services


def make_scene(services: Services, source_digest: str) -> Scene:
    """The scene, from the store or made now and stored: maps first, faces last.

    Raises SourceError if the source is missing or unreadable, Unavailable if the store is.
    """
    job_id = scene_id(maps_key(source_digest, services.matting))
    with locked(services.redis, job_id, services.settings.queue.lease_seconds):
        scene = load_scene(services.store, source_digest, services.matting)
        if scene is None:
            photo = open_photo(services, source_digest)
            maps = stored_or_new_maps(services, source_digest, photo)
            save_faces(services.store, source_digest, services.matting, find_faces(photo, maps))
            scene = load_scene(services.store, source_digest, services.matting)
    if scene is None:
        raise SourceError("The scene of the source is no longer in the store.")
    return scene
