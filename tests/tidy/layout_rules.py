"""House rules about files: where they lie, what they are called, what no file may say."""

import os
import re
import subprocess

ROOT_FOLDERS = {"protocol", "endpoints", "sim", "analysis", "dissector", "specs", "tests", "scripts"}
ROOT_FILES = {"CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "LICENSE"}
OWN_NAMES = ROOT_FILES | {"Dockerfile"}

_RULES_FOLDER = "tests/tidy/"  # must be able to name what it forbids

# Places that exist on one person's machine only.
_LOCAL = re.compile(r"(?<![\w.])(/work|/root|/tmp/(plan|b))\b|\.\./shared\b")
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def root(project):
    """The root folder holds the rooms and the few files that must lie there, and no leftovers."""
    for entry in sorted({file.split("/")[0] for file in project.files}):
        known = ROOT_FOLDERS if (project.root / entry).is_dir() else ROOT_FILES
        if entry not in known and not entry.startswith("."):
            yield entry, 1, "does not belong into the root folder", "move it into a room, or delete it"


def file_names(project):
    """File names are lower case, C++ and Python in snake_case; .cpp and .hpp; nothing vague."""
    for file in project.files:
        name = file.rsplit("/", 1)[-1]
        stem, _, extension = name.rpartition(".")
        if name in OWN_NAMES or name.startswith(".") or "/corpus/" in file:
            continue
        if extension in ("h", "hh", "hxx", "c", "cc", "cxx", "c++"):
            yield file, 1, f"ends in .{extension}", "C++ files end in .cpp and .hpp"
        elif extension in ("cpp", "hpp", "py") and not re.fullmatch(r"[a-z][a-z0-9_]*", stem):
            yield file, 1, "is not in snake_case", "use lower case, digits and underscores"
        elif not re.fullmatch(r"[A-Za-z0-9_.-]+", name) or (name != name.lower() and extension != "md"):
            yield file, 1, "has an unusual name", "use lower case letters, digits, _ . and -"
        if re.search(r"(^|_)(manager|helpers?|utils?)(_|\.|$)", name):
            yield file, 1, "has a vague name", "name it after what it holds"


def finished(project):
    """Nothing is left for later in the text: it is done, or it is not there."""
    for file in project.files:
        if file.startswith(_RULES_FOLDER) or "/corpus/" in file:
            continue
        for number, line in project.lines(file):
            if found := _UNFINISHED.search(line):
                yield file, number, f"says {found[0]}", "do it now, or take it out"


def no_local_paths(project):
    """No file names a place that exists on one machine only."""
    for file in project.files:
        if file.startswith(_RULES_FOLDER) or "/corpus/" in file:
            continue
        for number, line in project.lines(file):
            if found := _LOCAL.search(line):
                yield file, number, f"names {found[0]}", "use a path relative to the project, or an argument"


def scripts(project):
    """What begins with #! can be started, and answers --help."""
    for file in project.files:
        path = project.root / file
        with path.open("rb") as stream:
            begins = stream.read(2)
        if begins != b"#!":
            if file.startswith(("scripts/", ".ci/")):
                yield file, 1, "does not begin with #!", "say what runs it, or move it"
            continue
        if not os.access(path, os.X_OK):
            yield file, 1, "is not executable", f"chmod +x {file}"
            continue
        try:
            command = [str(path), "--help"]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            yield file, 1, f"does not answer --help: {error}", "print the usage and exit 0"
            continue
        if done.returncode != 0 or "usage" not in done.stdout.lower():
            yield file, 1, f"--help gives status {done.returncode} and no usage", "print `usage: ...` and exit 0"


RULES = [root, file_names, finished, no_local_paths, scripts]
