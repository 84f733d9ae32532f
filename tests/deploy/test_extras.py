"""An image holds one extra: what the other process needs is never imported, not even by accident."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.test_docs import ROOT

#: Distribution → module, where they differ.
MODULES = {
    "opencv-python-headless": "cv2", "onnxruntime-gpu": "onnxruntime", "prometheus-client": "prometheus_client",
}  # fmt: skip
PROGRAM = """
import importlib
import sys
blocked = set(sys.argv[2].split(","))
class Refusal:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refusal())
importlib.import_module(sys.argv[1])
"""
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def modules_of(*extras: str) -> set[str]:
    names = [re.split(r"[\[<>=;,~ ]", line)[0] for extra in extras for line in DECLARED[extra]]
    return {MODULES.get(name, name.replace("-", "_")) for name in names}


@pytest.mark.parametrize(
    ("module", "own", "others"),
    [
        ("proxy.commands.serve", ("proxy",), ("worker", "cpu", "gpu", "local", "dev")),
        ("worker.main", ("worker", "cpu"), ("proxy", "local", "dev")),
    ],
)
def test_a_process_starts_with_its_own_extra_alone(module: str, own: tuple[str, ...], others: tuple[str, ...]) -> None:
    blocked = modules_of(*others) - modules_of(*own)
    assert {"scipy"} <= blocked or {"starlette", "uvicorn"} <= blocked
    command = [sys.executable, "-c", PROGRAM, module, ",".join(sorted(blocked))]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
