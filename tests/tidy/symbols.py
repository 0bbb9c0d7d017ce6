#!/usr/bin/env python3
"""Checks by nm that libraries need no clock, socket, thread, file or randomness of the system and keep no state.

The core is sans-I/O: time and randomness are arguments, and two sessions share nothing. Sources can hide a call behind
a macro or an inline function of the standard library; the symbols that a library leaves undefined cannot.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

# Kind -> C functions and objects, then (after a blank) what demangled C++ names begin with.
_C = {
    "clock": "clock clock_gettime clock_nanosleep ftime gettimeofday time timespec_get nanosleep sleep usleep localtime "
    "localtime_r gmtime X509_cmp_current_time X509_gmtime_adj timer_create timerfd_create alarm setitimer",
    "randomness": "rand rand_r srand random srandom drand48 getrandom getentropy arc4random arc4random_buf "
    "arc4random_uniform RAND_bytes RAND_priv_bytes RAND_pseudo_bytes RAND_seed RAND_add",
    "socket": "socket socketpair bind connect listen accept accept4 send sendto sendmsg sendmmsg recv recvfrom recvmsg "
    "recvmmsg poll ppoll select pselect epoll_create epoll_create1 epoll_wait getaddrinfo gethostbyname ioctl",
    "thread": "pthread_create pthread_join pthread_mutex_lock pthread_mutex_init pthread_cond_wait pthread_rwlock_rdlock "
    "pthread_rwlock_wrlock pthread_once pthread_key_create sem_wait fork vfork clone posix_spawn system popen",
    "file": "open openat creat fopen fdopen freopen read write pread pwrite stat fstat lstat unlink rename mkdir opendir "
    "mmap fread fwrite fgets fputs fputc puts putchar printf vprintf fprintf vfprintf perror syslog stdin stdout stderr "
    "getenv secure_getenv setenv environ BIO_new_file BIO_new_fp BIO_s_file BIO_s_fd",
}
_CXX = {
    "clock": ["std::chrono::_V2::system_clock::now", "std::chrono::_V2::steady_clock::now", "std::chrono::_V2::high_res"],
    "randomness": ["std::random_device"],
    "thread": ["std::thread", "std::this_thread", "std::condition_variable", "std::_V2::condition_variable", "std::__once"],
    "file": ["std::ios_base::Init", "std::cout", "std::cerr", "std::clog", "std::cin", "std::filesystem",
             "std::basic_filebuf", "std::basic_fstream", "std::basic_ifstream", "std::basic_ofstream"],
}
REMEDY = {
    "clock": "take Time as an argument",
    "randomness": "take Entropy, or draw from crypto::Random",
    "socket": "leave the network to endpoints/drive",
    "thread": "leave threads to the endpoints; a session belongs to one",
    "file": "leave files, consoles and the environment to the endpoints",
    "state": "make it constexpr, or a member of whoever needs it",
}


def _kind_of(name):
    """What a symbol of the system stands for, or None."""
    # The C library has twins: __recv_chk (fortified), fopen64 (large files), __isoc23_..., names with a version.
    plain = re.sub(r"^__(.+)_chk$", r"\1", name.split("@")[0])
    plain = re.sub(r"64(_time64)?$", "", plain)
    for kind, names in _C.items():
        if plain in names.split():
            return kind
    for kind, starts in _CXX.items():
        if name.startswith(tuple(starts)):
            return kind
    return None


def _is_state(name, kind, section):
    """Writable data. Not .data.rel*: there g++ also puts constexpr tables that hold addresses. DW.ref is for unwinding."""
    return not name.startswith("DW.ref.") and kind in "bBdDuVS" and re.match(r"\.(bss|data(?!\.rel)|tbss|tdata)\b", section)


def findings(listing):
    """(kind, where, symbol) of each symbol in `nm --format=sysv --demangle` that the core must not have."""
    where = ""
    for line in listing.splitlines():
        if found := re.match(r"(Undefined s|S)ymbols from (.+):$", line):
            where = found[2]
            continue
        columns = [c.strip() for c in line.rsplit("|", 6)]
        if len(columns) != 7:
            continue
        name, _, symbol, _, _, _, section = columns
        if symbol in ("U", "w") and (kind := _kind_of(name)):
            yield kind, where, name
        elif _is_state(name, symbol, section):
            yield "state", where, name


def nm(tool, library):
    if not Path(library).is_file():
        sys.exit(f"{library} is not there: build it first")
    command = [tool, "--format=sysv", "--demangle", library]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nm", default="nm", help="the nm to use")
    parser.add_argument("--must-find", metavar="KIND,...", help="pass only if each of these kinds is found: the control")
    parser.add_argument("libraries", nargs="+", metavar="LIBRARY")
    arguments = parser.parse_args()

    found = [f for library in arguments.libraries for f in findings(nm(arguments.nm, library))]
    for kind, where, name in found:
        what = "is state that outlives a call" if kind == "state" else f"comes from the system ({kind})"
        print(f"{where}: {name} {what}. Instead, {REMEDY[kind]}.")
    print(f"{len(arguments.libraries)} libraries, {len(found)} findings")
    if arguments.must_find:
        missing = set(arguments.must_find.split(",")) - {kind for kind, _, _ in found}
        if missing:
            print(f"the check is blind to: {', '.join(sorted(missing))}")
        return 1 if missing else 0
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
