"""Admin API, the account: ping, config, usage, tags."""

import time
from itertools import islice

from proxy.dialects.cloudinary.api.call import RESOURCE_TYPES, Call, Document
from proxy.dialects.cloudinary.api.form import is_true, text, whole
from proxy.services import Services

MAX_TAGS = 500


async def ping(services: Services, call: Call) -> Document:
    return {"status": "ok"}


async def config(services: Services, call: Call) -> Document:
    settings = {"settings": {"folder_mode": "fixed"}} if is_true(call.fields, "settings") else {}
    return {"cloud_name": call.name, **settings}


async def usage(services: Services, call: Call) -> Document:
    """What can be counted without reading every record: assets by type. Nothing is metered or limited here."""
    counted = {
        kind: await services.io.run(services.catalog.count, call.name, kind) for kind in RESOURCE_TYPES
    }  # fmt: skip
    total = sum(counted.values())
    return {
        "plan": "self-hosted",
        "last_updated": time.strftime("%Y-%m-%d", time.gmtime()),
        "objects": {"usage": total},
        "resources": total,
        "resources_by_type": counted,
        "media_limits": {
            "image_max_size_bytes": services.settings.limits.max_source_bytes,
            "image_max_px": services.settings.limits.max_source_pixels,
        },
    }


async def tags(services: Services, call: Call) -> Document:
    """Every tag of a resource type in order; the cursor is the last one shown."""
    limit = whole(call.fields, "max_results", 10, low=1, high=MAX_TAGS)
    prefix, after = text(call.fields, "prefix"), text(call.fields, "next_cursor")

    def read() -> list[str]:
        terms = services.catalog.terms("tags", call.name, call.resource_type, prefix=prefix, after=after)
        return list(islice(terms, limit + 1))

    found = await services.io.run(read)
    shown = found[:limit]
    return {"tags": shown, **({"next_cursor": shown[-1]} if len(found) > limit else {})}
