#!/usr/bin/env python3
"""Mistakes and refusals: each names what happened to what, and the remedy; exit code 1, or 2 for wrong usage."""

from harness import expect, main


def refused(world, words, port, title, *args):
    done, _ = world.play(port, title, *args, check=False, timeout=40)
    text = done.stdout + done.stderr
    expect(done.returncode == 1, f"{title}: exit code {done.returncode}\n{text}")
    for word in words:
        expect(word in text, f"{title}: `{word}` is not in the message:\n{text}")
    return text


def test(world):
    world.clip(seconds=2, audio=False)
    for rendition in ("240p", "1440p"):
        (world.library / f"torn_{rendition}.mp4").write_bytes((world.library / f"clip_{rendition}.mp4").read_bytes())
    server, port, fingerprint = world.serve()

    refused(world, ["torn", "720p"], port, "torn", "--trust", fingerprint)
    refused(world, ["nothing-here"], port, "nothing-here", "--trust", fingerprint)
    refused(world, ["480p"], port, "clip", "--rendition", "480p", "--trust", fingerprint)
    wrong = fingerprint[:-1] + ("0" if fingerprint[-1] != "0" else "1")
    refused(world, [wrong, fingerprint], port, "clip", "--trust", wrong)
    for path in ("..%2Fclip", "../clip", "a/b"):
        done, _ = world.play(port, path, "--trust", fingerprint, check=False, timeout=40)
        expect(done.returncode in (1, 2), f"{path} was played")

    usage = world.run("avocet-client", "play", "http://localhost/clip", check=False)
    expect(usage.returncode == 2, f"a URL of another kind: exit code {usage.returncode}")
    usage = world.run("avocet-server", "serve", check=False)
    expect(usage.returncode == 2 and "--library" in usage.stderr, f"serve without a library: {usage.returncode} {usage.stderr}")
    expect(world.run("avocet-server", "add", "no-such-file.mp4", "--library", world.library, check=False).returncode == 1,
           "a source that is not there")
    listing = world.run("avocet-server", "list", "--library", world.library).stdout
    expect("torn" in listing and "720p" in listing, f"list does not say what is missing:\n{listing}")

    # Trust on first use: remembered, and a server with another key refused loudly.
    world.play(port, "clip", "--no-decode")
    expect(world.stop(server) == 0, "the server did not stop well")
    other, _ = world.start("avocet-server", "serve", "--library", world.library, "--listen", f"127.0.0.1:{port}", "--state",
                           world.folder / "other", ready="listening on")
    refused(world, ["fingerprint", fingerprint, "known_hosts"], port, "clip")
    world.stop(other)


main(__doc__, test)
