"""The files of the project, and the text of C++ without what the compiler ignores."""

import os
import re
import subprocess
from pathlib import Path

CODE = (".cpp", ".hpp")


class Project:
    """What a clone holds: every file that git knows or would add; without git, all but build folders."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.files = sorted(self._from_git() or self._from_disk())

    def code(self, *folders):
        """C++ files below the folders given, or all of them."""
        below = tuple(f + "/" for f in folders) or ("",)
        return [f for f in self.files if f.endswith(CODE) and f.startswith(below)]

    def text(self, file):
        """None for what is not text."""
        try:
            return (self.root / file).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return None

    def lines(self, file):
        return enumerate((self.text(file) or "").splitlines(), start=1)

    def _from_git(self):
        if not (self.root / ".git").exists():
            return []
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        return [f for f in done.stdout.split("\0") if f and (self.root / f).is_file()]

    def _from_disk(self):
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f not in ("build", ".git", ".cache", "__pycache__")]
            for file in files:
                yield (Path(folder) / file).relative_to(self.root).as_posix()


_IGNORED = re.compile(
    r'R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"  # a quote after a digit separates digits
    r"|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)


def bare(text):
    """C++ with comments and literals blanked; lines keep their numbers."""
    return _IGNORED.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def includes(text):
    """(line, '<' or '"', name) of each #include."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line):
            yield number, found[1], found[2]
