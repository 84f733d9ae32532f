"""What somebody began and nobody ends: pieces of uploads, records of work long done, a probe of a killed process."""

from collections.abc import Sequence
from itertools import groupby

from media.records.paths import record_prefix
from media.records.sources import PIECES
from media.retention.ages import weight
from media.retention.bin import Bin
from media.retention.rules import RECORDS_MAX_AGE_SECONDS, Rules
from media.stores.store import PROBES, Entry
from media.work.conversion import CONVERSION_FILES, CONVERSIONS
from media.work.jobs import BATCHES, CREATIONS, NOTICES, REPLACEMENTS

OWN = "sweeps/"
#: Segments of videos that are being made.
PARTS = "parts/"


def sweep_leftovers(bin_: Bin, rules: Rules) -> int:
    """Bytes of pieces that are left."""
    for kind in (BATCHES, REPLACEMENTS, CREATIONS, NOTICES):
        _delete_older(bin_, record_prefix(kind), rules.now - RECORDS_MAX_AGE_SECONDS)
    if rules.results_max_age:
        for kind in (CONVERSIONS, CONVERSION_FILES):
            _delete_older(bin_, record_prefix(kind), rules.now - rules.results_max_age)
    for prefix in (PROBES, OWN):
        _delete_older(bin_, prefix, rules.settled_before)
    return sum(
        _sweep_upload(bin_, rules, list(group))
        for prefix in (PIECES, PARTS)
        for _, group in groupby(bin_.look(prefix), _folder)
    )


def _delete_older(bin_: Bin, prefix: str, moment: float) -> None:
    for entry in bin_.look(prefix):
        if entry.modified < moment:
            bin_.delete([entry.key], entry.size)


def _sweep_upload(bin_: Bin, rules: Rules, pieces: Sequence[Entry]) -> int:
    """An upload is as young as its last piece."""
    if not rules.is_too_old(max(piece.modified for piece in pieces), rules.chunks_max_age):
        return sum(weight(piece.size) for piece in pieces)
    for piece in pieces:
        bin_.delete([piece.key], piece.size)
    return 0


def _folder(piece: Entry) -> str:
    return piece.key.rpartition("/")[0]
