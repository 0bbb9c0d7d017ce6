"""What the end-to-end tests share: real programs in a folder of their own, on free ports, ended by their id."""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIPPED = 77


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def skip(why):
    """This machine cannot do it."""
    raise Skipped(why)


def expect(condition, text):
    if not condition:
        raise Failed(text)


class World:
    """A temporary folder and the processes started in it."""

    def __init__(self, bin_dir):
        self.bin = pathlib.Path(bin_dir).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="avocet-e2e-"))
        self.library = self.folder / "library"
        self.processes = []
        self.env = {**os.environ, "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state"),
                    "SDL_AUDIODRIVER": "dummy"}
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            self.env.pop(name, None)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, program, *args, inside=None):
        """`inside` is the name of a network namespace."""
        return [*(["ip", "netns", "exec", inside] if inside else []), str(self.bin / program), *map(str, args)]

    def run(self, program, *args, timeout=120, check=True, inside=None):
        done = subprocess.run(self.command(program, *args, inside=inside), capture_output=True, text=True, timeout=timeout,
                              env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL)
        if check:
            expect(done.returncode == 0, f"{program} {' '.join(map(str, args))} ended with {done.returncode}:\n"
                                         f"{done.stdout}{done.stderr}")
        return done

    def start(self, program, *args, ready, inside=None):
        """Starts a program and waits for the line that matches `ready`; returns the process and the match."""
        log = open(self.folder / f"{program}.{len(self.processes)}.log", "w+")
        process = subprocess.Popen(self.command(program, *args, inside=inside), stdout=log, stderr=subprocess.STDOUT, env=self.env,
                                   cwd=self.folder, stdin=subprocess.DEVNULL)
        process.log = log.name
        self.processes.append(process)
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            found = re.search(ready, pathlib.Path(log.name).read_text())
            if found:
                return process, found
            time.sleep(0.05)
        raise Failed(f"{program} did not come up:\n{pathlib.Path(log.name).read_text()}")

    def clip(self, name="clip", seconds=4, size="640x360", rate=24, noise=10, audio=True):
        """Makes a moving picture with a clock and a beep, and adds it to the library."""
        source = self.folder / f"{name}.source.mkv"
        command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
                   f"testsrc2=size={size}:rate={rate},noise=alls={noise}:allf=t"]
        if audio:
            command += ["-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4:sample_rate=48000"]
        command += ["-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-qp", "18"]
        command += ["-c:a", "aac"] if audio else []
        subprocess.run([*command, str(source)], check=True)
        self.run("avocet-server", "add", source, "--library", self.library, "--name", name, timeout=600)
        return source

    def serve(self, *args, port=0):
        """Returns the process, its port and the fingerprint of its certificate."""
        process, found = self.start("avocet-server", "serve", "--library", self.library, "--listen", f"127.0.0.1:{port}", *args,
                                    ready=r"listening on 127\.0\.0\.1:(\d+)[\s\S]*SHA-256: ([0-9a-f]{64})")
        return process, int(found[1]), found[2]

    def link(self, to_port, *args):
        """Returns the process and the port on which the line begins."""
        process, found = self.start("avocet-link", "--listen", "127.0.0.1:0", "--to", f"127.0.0.1:{to_port}", *args,
                                    ready=r"avocet-link: 127\.0\.0\.1:(\d+) ->")
        return process, int(found[1])

    def play(self, port, title, *args, timeout=180, check=True):
        """Plays without a window and returns what the program printed and its statistics."""
        stats = self.folder / "play.json"
        stats.unlink(missing_ok=True)
        done = self.run("avocet-client", "play", f"avocet://127.0.0.1:{port}/{title}", "--no-window", "--stats", stats, *args,
                        timeout=timeout, check=check)
        return done, json.loads(stats.read_text()) if stats.exists() else {}

    def stop(self, process, seconds=5):
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"it did not stop within {seconds} s of SIGTERM:\n{pathlib.Path(process.log).read_text()}")


# Their threads hand over work by means that the thread sanitizer does not see, because they are not built with it. Each
# name must fit one library only.
FOREIGN = ("libavcodec.so", "libavutil.so", "libavformat.so", "libswscale.so", "libswresample.so", "libSDL2-", "libX11.so",
           "libx264.so", "libgallium", "libpulse.so")


def quiet_about_foreign_threads(world):
    """Programs under the thread sanitizer report on our own code only, and end with 66 when they have."""
    suppressions = world.folder / "tsan.suppressions"
    suppressions.write_text("".join(f"race:{name}\ncalled_from_lib:{name}\n" for name in FOREIGN))
    world.env["TSAN_OPTIONS"] = f"suppressions={suppressions} halt_on_error=0 exitcode=66 ignore_noninstrumented_modules=1"


def check_counts(stats):
    """What holds for every statistics file of a play."""
    expect(stats["framesReceived"] == stats["framesDecoded"] + stats["framesDropped"], f"received != decoded + dropped: {stats}")
    expect(stats["framesExpected"] >= stats["framesReceived"], f"more received than expected: {stats}")
    expect(stats["decodeErrors"] == 0, f"decode errors: {stats}")


def in_a_network_of_its_own(by_root=False):
    """Starts the script again in a network namespace where it may do as it likes; there is nothing but loopback. `by_root`: as the
    root that it is already, for programs that give their rights away; skipped when it is not.
    """
    inside = "AVOCET_E2E_NAMESPACE"
    if os.environ.get(inside):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    if by_root and os.geteuid() != 0:
        print("skipped: not root")
        sys.exit(SKIPPED)
    namespace = ["unshare", "--net"] if by_root else ["unshare", "--user", "--map-root-user", "--net"]
    if any(shutil.which(tool) is None for tool in ("unshare", "ip")) or subprocess.run(
            [*namespace, "true"], capture_output=True).returncode != 0:
        print("skipped: no network namespaces here (unshare, ip)")
        sys.exit(SKIPPED)
    os.execvpe("unshare", [*namespace, sys.executable, *sys.argv], {**os.environ, inside: "1"})


def main(description, test):
    """Runs one test script: 0 passed, 1 failed, 77 skipped."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", required=True, help="folder with the programs")
    parser.add_argument("--keep", action="store_true", help="leave the test's folder behind")
    options = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        print("skipped: ffmpeg is not installed")
        sys.exit(SKIPPED)
    world = World(options.bin)
    try:
        test(world)
    except Failed as failure:
        print(f"FAILED: {failure}")
        sys.exit(1)
    except Skipped as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    finally:
        if options.keep:
            print(f"kept: {world.folder}")
        else:
            world.close()
