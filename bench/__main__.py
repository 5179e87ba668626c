"""Every bench, one after the other: `make bench`. Each can be run alone: `python -m bench.pipeline --help`."""

from __future__ import annotations

import subprocess
import sys

BENCHES = ("decode", "detector", "shard_week", "pipeline", "policy_preview", "leaver_score", "detection")


def main() -> int:
    """Each in a process of its own, so that none runs on what another left behind; how many failed."""
    failed = []
    for name in BENCHES:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall within their bounds")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
