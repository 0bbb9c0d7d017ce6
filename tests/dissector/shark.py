"""tshark with the plugin of this build and no other, as a user for whom Wireshark loads it."""

import json
import os
import pathlib
import shutil
import subprocess

NOBODY = 65534


class Shark:
    def __init__(self, folder, plugin, lua=None):
        self.home = pathlib.Path(folder) / "home"
        plugins = self.home / ".local/lib/wireshark/plugins"
        target = plugins / "avocet.lua" if lua else plugins / "4.0/epan/avocet.so"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(lua or plugin, target)
        self.as_user = []
        if os.geteuid() == 0:  # Wireshark ignores plugins in a home when it runs as root
            self.as_user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            for path in [pathlib.Path(folder), *pathlib.Path(folder).rglob("*")]:
                os.chmod(path, 0o755)
                os.chown(path, NOBODY, NOBODY)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8"}

    def run(self, *arguments, program="tshark", timeout=300, env=None):
        return subprocess.run([*self.as_user, program, *map(str, arguments)], capture_output=True, text=True, errors="replace",
                              timeout=timeout, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL, check=False)

    def read(self, capture, *arguments, keys=None, **more):
        """What tshark prints; fails when it does not end well."""
        given = ["-o", f"avocet.keylog_file:{keys}"] if keys else []
        done = self.run("-r", capture, *given, *arguments, **more)
        if done.returncode != 0:
            raise AssertionError(f"tshark ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def pipe(self, *arguments):
        """tshark that reads a capture from its input as it comes."""
        return subprocess.Popen([*self.as_user, "tshark", "-r", "-", *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, env=self.env)

    def count(self, capture, which, keys=None, **more):
        return len(self.read(capture, "-Y", which, "-T", "fields", "-e", "frame.number", keys=keys, **more).split())

    def fields(self, capture, which, *names, keys=None, passes=1):
        """Rows of the fields named, each a list of strings."""
        chosen = [word for name in names for word in ("-e", name)]
        text = self.read(capture, *["-2"] * (passes - 1), "-Y", which, "-T", "fields", *chosen, keys=keys)
        return [line.split("\t") for line in text.splitlines()]

    def trees(self, capture, order, protocol, keys):
        """The lines below a protocol, of packets in any order: sharkd's."""
        requests = [{"method": "load", "params": {"file": str(capture)}}]
        requests += [{"method": "frame", "params": {"frame": number, "proto": True}} for number in order]
        told = "".join(json.dumps({"jsonrpc": "2.0", "id": i, **request}) + "\n" for i, request in enumerate(requests, start=1))
        done = subprocess.run([*self.as_user, "sharkd", "-"], input=told, capture_output=True, text=True, timeout=300, check=True,
                              env={**self.env, "AVOCET_KEYLOG": str(keys)})
        for answer in done.stdout.splitlines()[1:]:
            tree = json.loads(answer)["result"]["tree"]
            yield [line for node in tree if node["l"] == protocol for line in self._lines(node)]

    def _lines(self, node):
        yield node["l"].strip(" []")
        for child in node.get("n", []):
            yield from self._lines(child)
