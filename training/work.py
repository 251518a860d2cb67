"""The work folder (never inside the repository), atomic files, CSV logs, clocks that do not count pauses."""
import csv
import os
import pathlib
import signal
import time


def add_work_argument(parser):
    default = os.environ.get("TANDEM_TRAINING", str(pathlib.Path.home() / "tandem-training"))
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(default), metavar="DIR",
                        help="work folder: pictures, latents, checkpoints (default: $TANDEM_TRAINING or ~/tandem-training)")


def single_thread():
    """One process, one thread: two such processes see more pictures a second than one process with two threads."""
    import torch
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def bfloat16_is_fast():
    """True where the processor multiplies bfloat16 matrices in hardware (AVX512_BF16 or AMX)."""
    import torch
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def autocast():
    """A context that computes in bfloat16 where that is fast, and in float32 elsewhere."""
    import torch
    return torch.autocast("cpu", torch.bfloat16, enabled=bfloat16_is_fast())


def save_atomically(state, path):
    """torch.save to a temporary file beside `path`, then rename: a reader never sees half a file."""
    import torch
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as out:
        torch.save(state, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)


def load_state(path):
    import torch
    return torch.load(path, map_location="cpu", weights_only=True)


def latest_checkpoint(folder):
    """The newest `step-N.pt` in `folder`, or None."""
    found = sorted(folder.glob("step-*.pt"))
    return found[-1] if found else None


def save_checkpoint(state, folder, step, keep=2):
    """Writes `step-N.pt` and removes all but the newest `keep`."""
    save_atomically(state, folder / f"step-{step:09d}.pt")
    for old in sorted(folder.glob("step-*.pt"))[:-keep]:
        old.unlink()


class CsvLog:
    """Appends rows to a CSV file; the header is written once."""

    def __init__(self, path, columns):
        self.path, self.columns = path, columns
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            self._append(columns)

    def row(self, **values):
        self._append([values.get(name, "") for name in self.columns])
        print(" ".join(f"{name} {values[name]}" for name in self.columns if name in values), flush=True)

    def _append(self, cells):
        with open(self.path, "a", newline="") as out:
            csv.writer(out).writerow(cells)


class ActiveClock:
    """Seconds spent working. A gap of more than `gap` seconds between two ticks was a pause and does not count."""

    def __init__(self, seconds=0.0, gap=120.0):
        self.seconds, self.gap, self._last = seconds, gap, time.monotonic()

    def tick(self):
        now = time.monotonic()
        passed, self._last = now - self._last, now
        self.seconds += passed if passed < self.gap else 0.0
        return self.seconds


class StopSignal:
    """Becomes true on SIGTERM or SIGINT, so that a loop can save and leave."""

    def __init__(self):
        self.requested = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request)

    def _request(self, number, frame):
        self.requested = True
