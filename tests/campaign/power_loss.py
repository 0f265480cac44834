#!/usr/bin/env python3
"""Power loss during imports: everything that `zhengku import` acknowledged is there after the cut.

An ext4 file system in a loop file. A cut is SIGSTOP, 50 ms (writes on their way in the kernel end or not, as they like), a shutdown
of the file system without flushing its journal (`xfs_io -x -c shutdown`), SIGKILL, unmount, mount. What was not synced is gone:
SIGKILL alone loses nothing and proves nothing. Not covered: a disk that reorders or drops writes after it confirmed a flush.

The control `--unsafe-no-sync` runs the same with the ledger's sync switched off, and must report losses.
Needs root, loop devices, and the packages e2fsprogs and xfsprogs. Exit: 0 as it should be, 1 not, 2 cannot run here.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from campaign import Campaign, metric, parser, scratch

STOP_S = 0.05
NAMESPACE = "ZHENGKU_CAMPAIGN_NAMESPACE"


def run(*command):
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise OSError(f"{' '.join(map(str, command))}: {ended.stderr.strip()}")


class LoopDisk:
    """An ext4 file system in a file, and its power switch."""

    def __init__(self, work, megabytes):
        self.work, self.megabytes = work, megabytes
        self.image, self.mount_point = work / "disk.img", work / "disk"
        self.data = self.mount_point / "data"
        self.mount_point.mkdir()
        self.is_mounted = False

    def mount(self):
        run("mount", "-o", "loop", self.image, self.mount_point)
        self.is_mounted = True

    def unmount(self):
        for _ in range(100):
            try:
                run("umount", self.mount_point)
                self.is_mounted = False
                return
            except OSError:
                time.sleep(0.02)
        run("umount", self.mount_point)

    def fresh(self):
        self.end()
        with open(self.image, "wb") as file:
            file.truncate(self.megabytes * 1024 * 1024)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    def cut(self, process):
        process.send_signal(signal.SIGSTOP)
        time.sleep(STOP_S)
        run("xfs_io", "-x", "-c", "shutdown", self.mount_point)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.unmount()
        self.mount()

    def end(self):
        if self.is_mounted:
            self.unmount()
        self.image.unlink(missing_ok=True)


def why_impossible(work):
    """None when a loop file can be mounted and cut here."""
    if os.geteuid() != 0:
        return "it needs root: mounting a file system"
    missing = [tool for tool in ("mkfs.ext4", "xfs_io", "mount") if not shutil.which(tool)]
    if missing:
        return f"missing: {', '.join(missing)}; apt-get install e2fsprogs xfsprogs mount"
    disk = LoopDisk(Path(work), 64)
    try:
        disk.fresh()
        (disk.mount_point / "unsynced").write_text("x")
        run("xfs_io", "-x", "-c", "shutdown", disk.mount_point)
        disk.unmount()
        disk.mount()
        if (disk.mount_point / "unsynced").exists():
            return "the shutdown of the file system does not lose unsynced writes here"
    except OSError as error:
        return f"loop devices or the shutdown do not work here: {error}"
    finally:
        disk.end()
        disk.mount_point.rmdir()
    return None


def enter_own_namespace():
    """A mount namespace that somebody else clones meanwhile would keep the dead file system alive, and the next mount would get it."""
    if os.geteuid() == 0 and shutil.which("unshare") and not os.environ.get(NAMESPACE):
        os.environ[NAMESPACE] = "1"
        sys.stdout.flush()
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])


def main():
    made = parser(__doc__.splitlines()[0], "cuts", 50)
    made.add_argument("--rows", type=int, default=12_000, help="rows of each of the three registers of a round")
    made.add_argument("--unsafe-no-sync", action="store_true", help="the control: must lose something")
    arguments = made.parse_args()
    enter_own_namespace()
    work = scratch(arguments)
    reason = why_impossible(work)
    if reason:
        shutil.rmtree(work)
        print(f"power loss cannot be tried here: {reason}", file=sys.stderr)
        return 2
    disk = LoopDisk(work, 1024)
    name = "power_loss_control" if arguments.unsafe_no_sync else "power_loss"
    campaign = Campaign(name, disk, arguments)
    started = time.monotonic()
    try:
        passed = campaign.run()
    finally:
        disk.end()
        shutil.rmtree(work, ignore_errors=True)
    is_met = campaign.report(passed)
    metric(f"{name}.seconds", round(time.monotonic() - started), "-", True)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
