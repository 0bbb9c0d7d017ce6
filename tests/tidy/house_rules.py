#!/usr/bin/env python3
"""Checks the house rules of the project. Each finding says what rule, where, and what to do."""

import argparse
import sys
from pathlib import Path

import layout_rules
import requirements
import source_rules
from project import Project

RULES = {rule.__name__: rule for rule in source_rules.RULES + layout_rules.RULES + requirements.RULES}


def findings(rule, project):
    for file, line, what, remedy in rule(project):
        yield f"{file}:{line}: {what}. {remedy[0].upper()}{remedy[1:]}."


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=Path(__file__).parents[2], help="the project (default: this one)")
    parser.add_argument("--list", action="store_true", help="name the rules and stop")
    parser.add_argument("rules", nargs="*", metavar="RULE", help="the rules to check (default: all)")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(f"{name:16} {rule.__doc__}" for name, rule in RULES.items()))
        return 0
    if unknown := set(arguments.rules) - set(RULES):
        parser.error(f"unknown rule {', '.join(sorted(unknown))}; there are: {', '.join(RULES)}")

    project = Project(arguments.root)
    broken = 0
    for name in arguments.rules or RULES:
        found = list(findings(RULES[name], project))
        broken += bool(found)
        if found:
            print(f"rule {name}: {RULES[name].__doc__}", *found, sep="\n  ")
    print(f"{len(arguments.rules or RULES)} rules over {len(project.files)} files, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
