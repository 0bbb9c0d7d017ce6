#!/usr/bin/env python3
"""Plants a violation of each house rule into a small project and expects the rule to find it, and only there."""

import argparse
import os
import sys
import tempfile
import unittest
from pathlib import Path

import symbols
from house_rules import RULES, findings
from project import Project, bare

HEADER = "#pragma once\n"

# Files that break no rule.
CLEAN = {
    "CMakeLists.txt": "",
    "README.md": "See https://example.org/work for more.\n",
    "scripts/check": "#!/bin/sh\necho usage: check\n",
    "protocol/base/time.hpp": HEADER + "#include <chrono>\nstatic int now() = delete;\n",
    "protocol/wire/reader.hpp": HEADER + '#include "protocol/base/time.hpp"\n',
    "protocol/crypto/aead.cpp": "#include <openssl/evp.h>\nint Aead::open(int size) { return size; }\n",
    "protocol/media/frame.cpp": '// The clock is not ours: ::now( is forbidden, as is <thread>.\nauto s = "::now(), rand()";\n',
    "endpoints/drive/socket.cpp": "#include <sys/socket.h>\n#include <thread>\nauto t = clock::now();\n",
    "specs/protocol.md": "- **AV-PKT-1** A packet MUST be whole (AV-PKT-1).\n",
    "sim/adapter/node.cpp": "#include <ns3/node.h>\n",
    "tests/unit/wire/reader_test.cpp": '#include "protocol/wire/reader.hpp"  // AV-PKT-1\n',
}

# Rule -> files, each of which breaks it once.
PLANTED = {
    "direction": {
        "protocol/base/bad.hpp": HEADER + '#include "protocol/wire/reader.hpp"\n',
        "protocol/rate/bad.cpp": '#include "protocol/media/frame.cpp"\n',
        "sim/link/bad.cpp": '#include "protocol/wire/reader.hpp"\n',
        "analysis/metrics/bad.cpp": '#include "protocol/wire/reader.hpp"\n',
        "endpoints/codec/bad.cpp": '#include "endpoints/drive/socket.cpp"\n',
        "protocol/session/bad.cpp": '#include "tests/unit/wire/reader_test.cpp"\n',
        "protocol/wire/local.cpp": '#include "reader.hpp"\n',
        "protocol/wire/gone.cpp": '#include "protocol/wire/gone.hpp"\n',
        "protocol/unheard_of/room.cpp": "",
    },
    "libraries": {
        "endpoints/server/bad.cpp": "#include <openssl/x509.h>\n",
        "sim/record/bad.cpp": "#include <ns3/node.h>\n",
    },
    "sans_io": {
        "protocol/wire/clock.cpp": "auto t = std::chrono::steady_clock::now();\n",
        "protocol/wire/chrono.cpp": "#include <chrono>\n",
        "protocol/wire/random.cpp": "int f() { return rand(); }\n",
        "protocol/wire/device.cpp": "std::random_device d;\n",
        "protocol/wire/thread.cpp": "#include <thread>\n",
        "protocol/wire/mutex.cpp": "#include <mutex>\n",
        "protocol/wire/console.cpp": "#include <iostream>\n",
        "protocol/wire/files.cpp": "#include <filesystem>\n",
        "protocol/wire/sockets.cpp": "#include <sys/socket.h>\n",
        "protocol/wire/environment.cpp": 'auto v = getenv("HOME");\n',
        "protocol/wire/print.cpp": "void f() { /* a */ printf(message); }\n",
        "protocol/wire/wait.cpp": "void f() { std::this_thread::sleep_for(d); }\n",
        "sim/link/clock.cpp": "auto t = Clock::now();\n",
    },
    "pragma_once": {"protocol/wire/bad.hpp": "#ifndef BAD_HPP\n#define BAD_HPP\n#endif\n"},
    "type_names": {
        "protocol/wire/managers.cpp": "class BufferManager {};\n",
        "protocol/wire/spaces.cpp": "namespace string_utils {}\n",
    },
    "root": {"notes.txt": "", "old/file.md": ""},
    "file_names": {
        "protocol/wire/Reader.cpp": "",
        "protocol/wire/two-words.cpp": "",
        "protocol/wire/reader.cc": "",
        "protocol/wire/string_utils.cpp": "",
        "specs/Some Notes.md": "",
    },
    "finished": {"protocol/wire/bad.cpp": "// TO" + "DO: think\n", "specs/bad.md": "FIX" + "ME\n"},
    "no_local_paths": {
        "protocol/wire/bad.cpp": '// as in "/wo' + 'rk/main"\n',
        "specs/bad.md": "see ../sha" + "red/design\n",
    },
    "requirements": {
        "protocol/wire/bad.cpp": "// AV-PKT-12\n",
        "tests/unit/wire/bad_test.cpp": "// AV-NONE-1\n",
        "specs/protocol.md": "- **AV-PKT-1** One.\n- **AV-PKT-1** Another.\n",
    },
    "scripts": {
        "scripts/silent": "#!/bin/sh\n",
        "scripts/failing": "#!/bin/sh\necho usage; exit 1\n",
        "scripts/nothing": "echo usage\n",
    },
}


def project_of(folder, files):
    for name, text in files.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if name.startswith("scripts/") else 0o644)
    return Project(folder)


class HouseRules(unittest.TestCase):
    def test_a_clean_project_breaks_none(self):
        with tempfile.TemporaryDirectory() as folder:
            project = project_of(folder, CLEAN)
            for name, rule in RULES.items():
                self.assertEqual(list(findings(rule, project)), [], name)

    def test_every_rule_has_a_planted_violation(self):
        self.assertEqual(set(PLANTED), set(RULES))

    def test_each_rule_finds_each_planted_violation(self):
        for name, planted in PLANTED.items():
            with self.subTest(rule=name), tempfile.TemporaryDirectory() as folder:
                found = {file for file, *_ in RULES[name](project_of(folder, CLEAN | planted))}
                self.assertEqual(found, {file if name != "root" else file.split("/")[0] for file in planted})

    def test_a_script_that_cannot_be_started(self):
        with tempfile.TemporaryDirectory() as folder:
            project = project_of(folder, CLEAN)
            os.chmod(Path(folder) / "scripts/check", 0o644)
            self.assertEqual([what for _, _, what, _ in RULES["scripts"](project)], ["is not executable"])

    def test_a_finding_says_where_and_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder:
            project = project_of(folder, CLEAN | {"protocol/wire/bad.cpp": "\n#include <thread>\n"})
            (message,) = findings(RULES["sans_io"], project)
            self.assertRegex(message, r"^protocol/wire/bad\.cpp:2: <thread> .*\. Take .*\.$")


class RuleNames(unittest.TestCase):
    names = []

    def test_ctest_runs_every_rule(self):
        if not self.names:
            self.skipTest("CMake gives the names")
        self.assertEqual(set(self.names), set(RULES))


class BareCode(unittest.TestCase):
    def test_blanks_comments_and_literals_and_keeps_lines(self):
        self.assertEqual(bare('a // b\n"c" d'), "a     \n    d")
        self.assertEqual(bare("a /* b\nc */ d"), "a     \n     d")
        self.assertEqual(bare(r'"\"" a'), "     a")
        self.assertEqual(bare('R"x(")x" a'), "         a")

    def test_a_digit_separator_begins_no_literal(self):
        self.assertEqual(bare("1'000 + f('a')"), "1'000 + f(   )")


class Symbols(unittest.TestCase):
    def kinds(self, *lines):
        return [kind for kind, _, _ in symbols.findings("\n".join(lines))]

    def undefined(self, name):
        return self.kinds(f"{name}|                |   U  |            NOTYPE|                |     |*UND*")

    def defined(self, section):
        return self.kinds(f"table|0000000000000000|   d  |            OBJECT|0000000000000008|     |{section}")

    def test_names_what_the_system_gives(self):
        self.assertEqual(self.undefined("clock_gettime"), ["clock"])
        self.assertEqual(self.undefined("std::chrono::_V2::system_clock::now()"), ["clock"])
        self.assertEqual(self.undefined("__recvfrom_chk"), ["socket"])
        self.assertEqual(self.undefined("fopen64"), ["file"])
        self.assertEqual(self.undefined("RAND_bytes"), ["randomness"])

    def test_lets_pass_what_only_sounds_like_it(self):
        for name in ("memcpy", "avocet::Session::open(int)", "avocet::time(int)", "RAND_set_DRBG_type", "snprintf"):
            self.assertEqual(self.undefined(name), [], name)

    def test_tells_state_from_constants(self):
        self.assertEqual(self.defined(".bss"), ["state"])
        self.assertEqual(self.defined(".data"), ["state"])
        self.assertEqual(self.defined(".data.rel.ro.local"), [])
        self.assertEqual(self.defined(".rodata"), [])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="RULE", help="the rules that ctest runs: checked for completeness")
    RuleNames.names = parser.parse_args().names
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
