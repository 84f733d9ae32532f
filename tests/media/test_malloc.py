"""How many arenas malloc has once many threads have allocated, in each program of ours."""

import os
import subprocess
import sys

import pytest

from media.malloc import ARENAS, VARIABLE

#: Runs a program as far as it gets without a configuration, then allocates in many threads at once.
CODE = """
import contextlib, ctypes, re, runpy, sys, tempfile, threading
sys.argv[1:] = {arguments}
with contextlib.suppress(SystemExit):
    runpy.run_module({program!r}, run_name="__main__")
gate = threading.Barrier(17)
def allocate():
    blocks = [ctypes.CDLL(None).strdup(b"x" * 10_000) for _ in range(100)]
    gate.wait()
threads = [threading.Thread(target=allocate) for _ in range(16)]
for each in threads: each.start()
gate.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(len(re.findall("<heap nr", open(file.name).read())))
"""
MISSING = ["--config", "/missing/config.yaml"]
PROGRAMS = {"proxy": MISSING, "worker": MISSING, "proxy.commands.cli": ["sign", "cat.png", "--secret", "x"]}
#: Imports what the programs do.
OTHER = "proxy.commands.serve"


def arenas(program: str, arguments: list[str], **environment: str) -> int:
    kept = {name: value for name, value in os.environ.items() if name != VARIABLE}
    command = [sys.executable, "-c", CODE.format(program=program, arguments=arguments)]
    ended = subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, check=True, timeout=120
    )
    return int(ended.stdout.split()[-1])


pytestmark = pytest.mark.skipif("glibc" not in (os.confstr("CS_GNU_LIBC_VERSION") or ""), reason="arenas are glibc's")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_has_two_arenas_unless_its_environment_says_more(program: str) -> None:
    assert arenas(program, PROGRAMS[program]) <= ARENAS
    assert arenas(program, PROGRAMS[program], MALLOC_ARENA_MAX="5") == 5


def test_without_it_threads_make_arenas_of_their_own() -> None:
    assert arenas(OTHER, []) > ARENAS
