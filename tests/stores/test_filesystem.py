import errno
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media.errors import Unavailable
from media.stores.filesystem import LEFTOVER_SECONDS, FilesystemStore
from media.stores.store import Stat
from media.stores.trailer import TAIL_BYTES, Tail, read_trailer, trailer
from tests.stores.contract import StoreContract


class TestFilesystemStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FilesystemStore:
        return FilesystemStore(tmp_path / "store")

    def test_a_second_start_finds_everything_again(self, store: FilesystemStore, tmp_path: Path) -> None:
        put = store.put("source/ab/photo.png", b"pixels", metadata={"content-type": "image/png"})
        found = FilesystemStore(tmp_path / "store").get("source/ab/photo.png")
        assert found is not None
        assert (found.body, found.stat) == (b"pixels", put)

    def test_the_file_begins_with_the_body_and_ends_with_a_free_box(
        self, tmp_path: Path, store: FilesystemStore
    ) -> None:
        store.put("picture.avif", b"body")
        text = (tmp_path / "store/picture.avif").read_bytes()
        assert text.startswith(b"body")
        assert text[8:12] == b"free"
        assert int.from_bytes(text[4:8], "big") == len(text) - 4

    def test_a_link_out_of_the_folder_is_not_followed(self, tmp_path: Path, store: FilesystemStore) -> None:
        FilesystemStore(tmp_path / "other").put("secret", b"secret")
        (tmp_path / "store/link").symlink_to(tmp_path / "other/secret")
        with pytest.raises(Unavailable):
            store.get("link")

    @pytest.mark.parametrize("text", [b"", b"short", b"no trailer at all" * 9, b"\xff\xff\xff\xffcutout/1"])
    def test_a_file_that_is_not_ours_counts_as_absent(
        self, tmp_path: Path, store: FilesystemStore, text: bytes
    ) -> None:
        (tmp_path / "store/foreign").write_bytes(text)
        assert store.get("foreign") is None
        assert store.stat("foreign") is None

    @pytest.mark.parametrize("cut", [1, 5, 60])
    def test_a_cut_file_counts_as_absent(self, tmp_path: Path, store: FilesystemStore, cut: int) -> None:
        store.put("cut", b"body" * 9)
        path = tmp_path / "store/cut"
        path.write_bytes(path.read_bytes()[:-cut])
        assert store.get("cut") is None

    def test_a_body_that_ends_like_a_trailer_cannot_forge_facts(self, store: FilesystemStore) -> None:
        forged = b"body" + trailer(Stat(4, "forged", {"content-type": "text/html"}))
        store.put("forged", forged)
        blob = store.get("forged")
        assert blob is not None
        assert blob.body == forged
        assert dict(blob.stat.metadata) == {}

    def test_other_users_of_the_machine_see_nothing(self, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            FilesystemStore(tmp_path / "new/store").put("deep/er/photo.png", b"pixels")
        finally:
            os.umask(before)
        paths = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
        assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o640}
        assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o750}

    def test_folders_without_objects_disappear(self, tmp_path: Path, store: FilesystemStore) -> None:
        store.put("a/b/c", b"")
        store.delete("a/b/c")
        assert not (tmp_path / "store/a").exists()

    @pytest.mark.parametrize("is_new", [True, False], ids=["at start", "while it runs"])
    def test_leftovers_of_dead_writers_are_swept_and_living_ones_kept(self, tmp_path: Path, is_new: bool) -> None:
        store = FilesystemStore(tmp_path)
        for name, age in (("dead", LEFTOVER_SECONDS + 60), ("living", 5)):
            path = tmp_path / ".incoming" / name
            path.write_bytes(b"half")
            os.utime(path, (time.time() - age, time.time() - age))
        if is_new:
            FilesystemStore(tmp_path)
        else:
            store._swept -= LEFTOVER_SECONDS + 1
            store.put("key", b"whole")
        assert [path.name for path in (tmp_path / ".incoming").iterdir()] == ["living"]

    def test_a_full_disk_is_unavailable_and_leaves_the_old_object(self, tmp_path: Path) -> None:
        program = (
            "import resource, signal, sys; from media.stores.filesystem import FilesystemStore;"
            "from media.errors import Unavailable; store = FilesystemStore(sys.argv[1]);"
            "store.put('key', b'old'); signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
            "try: store.put('key', b'x' * 100000)\n"
            "except Unavailable as error: print(error, store.get('key').body)\n"
        )
        run = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
        assert "key could not be written. b'old'" in run.stdout
        assert list((tmp_path / ".incoming").iterdir()) == []

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (errno.ENOSPC, "The store's disk is full"),
            (errno.EACCES, "does not permit"),
            (errno.EROFS, "read-only"),
            (errno.EIO, "The store's folder failed"),
        ],
    )
    def test_a_failing_disk_says_why(self, tmp_path: Path, number: int, words: str) -> None:
        class FailingDisk(FilesystemStore):
            def _write_incoming(self, *parts: bytes) -> Path:
                if parts != (b"",):
                    raise OSError(number, os.strerror(number))
                return super()._write_incoming(*parts)

        with pytest.raises(Unavailable, match=words):
            FailingDisk(tmp_path).put("key", b"body")

    def test_a_file_where_the_folder_should_be_is_one_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(Unavailable, match="could not be opened"):
            FilesystemStore(tmp_path / "file/store")

    def test_a_killed_writer_leaves_a_whole_object(self, tmp_path: Path) -> None:
        program = (
            "import sys; from media.stores.filesystem import FilesystemStore; store = FilesystemStore(sys.argv[1])\n"
            "print('ready', flush=True)\n"
            "while True:\n"
            "    for letter in b'abc': store.put('key', bytes([letter]) * 400_000)\n"
        )
        for pause in (0.02, 0.05):
            writer = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE)
            assert writer.stdout
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(pause)
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
            blob = FilesystemStore(tmp_path).get("key")
            assert blob is None or blob.body in {bytes([letter]) * 400_000 for letter in b"abc"}
        FilesystemStore(tmp_path).put("key", b"the lock of the dead is free", if_match=blob.stat.etag if blob else "")

    def test_two_processes_do_not_lose_a_conditional_write(self, tmp_path: Path) -> None:
        program = (
            "import sys; from media.stores.filesystem import FilesystemStore\n"
            "from media.stores.store import PreconditionFailed\n"
            "store = FilesystemStore(sys.argv[1])\n"
            "for _ in range(40):\n"
            "    while True:\n"
            "        blob = store.get('counter')\n"
            "        try: store.put('counter', b'%d' % (int(blob.body) + 1), if_match=blob.stat.etag); break\n"
            "        except PreconditionFailed: pass\n"
        )
        FilesystemStore(tmp_path).put("counter", b"0")
        writers = [subprocess.Popen([sys.executable, "-c", program, tmp_path]) for _ in range(3)]
        assert [writer.wait() for writer in writers] == [0, 0, 0]
        blob = FilesystemStore(tmp_path).get("counter")
        assert blob is not None
        assert blob.body == b"120"


@pytest.mark.parametrize("size", [0, 10, TAIL_BYTES - 100, TAIL_BYTES * 3])
def test_a_trailer_reads_back_what_was_written(size: int) -> None:
    stat = Stat(7, "etag", {"note": "x" * size})
    text = b"content" + trailer(stat)
    assert read_trailer(Tail(text, len(text))) == stat
