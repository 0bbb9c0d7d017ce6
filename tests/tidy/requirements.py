#!/usr/bin/env python3
"""Says which requirements of specs/protocol.md no test cites. The rule that every citation is of one that exists is
a house rule like the others."""

import argparse
import re
from pathlib import Path

from project import Project

SPECIFICATION = "specs/protocol.md"
_NAME = r"AV-[A-Z]+-\d+"
_DEFINED = re.compile(rf"^- \*\*({_NAME})\*\*")
_CITED = re.compile(rf"\b{_NAME}\b")
_RULES_FOLDER = "tests/tidy/"  # plants requirements that do not exist


def defined(project):
    """(requirement, line) in the order of the specification."""
    if SPECIFICATION not in project.files:
        return
    for number, line in project.lines(SPECIFICATION):
        if found := _DEFINED.match(line):
            yield found[1], number


def cited(project, *folders):
    """(requirement, file, line) of each citation below the folders, or anywhere."""
    for file in project.files:
        if file.startswith(_RULES_FOLDER) or "/corpus/" in file or not file.startswith(tuple(folders) or ""):
            continue
        for number, line in project.lines(file):
            for found in _CITED.findall(line):
                yield found, file, number


def requirements(project):
    """Every requirement that is cited exists, and each number is given once."""
    first = {}
    for name, number in defined(project):
        if first.setdefault(name, number) != number:
            yield SPECIFICATION, number, f"{name} is there twice, first in line {first[name]}", "give it a new number"
    for name, file, number in cited(project):
        if name not in first:
            yield file, number, f"cites {name}, which {SPECIFICATION} does not have", "cite the one that is meant"


RULES = [requirements]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=Path(__file__).parents[2], help="the project (default: this one)")
    project = Project(parser.parse_args().root)
    tested = {name for name, _, _ in cited(project, "tests/")}
    coded = {name for name, _, _ in cited(project, "protocol/", "endpoints/")}
    names = [name for name, _ in defined(project)]
    untested = [name for name in names if name not in tested]
    print(f"{len(names)} requirements; code cites {len(coded)}, tests cite {len(tested)}. Cited by no test:")
    for name in untested:
        print(f"  {name}{'' if name in coded else ' (nor by code)'}")


if __name__ == "__main__":
    main()
