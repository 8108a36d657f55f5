#!/usr/bin/env python3
"""What the compiler does not check about the sources: who includes whom, lengths, left-over words.

The include table is CMakeLists.txt itself: a room may include the rooms and libraries that its gradesvc_room line names
(and rooms reached through those). Run from the root of the project.
"""
import pathlib
import re
import sys

# Headers of a library → the CMake target that a room must name to include them.
LIBRARIES = {
    "spdlog/": "spdlog::spdlog",
    "prometheus/": "prometheus-cpp::core",
    "librdkafka/": "PkgConfig::RDKAFKA",
    "SQLiteCpp/": "SQLiteCpp",
    "sqlite3.h": "SQLiteCpp",
    "CLI/": "CLI11::CLI11",
    "openssl/": "OpenSSL::Crypto",
    "utf8proc.h": "PkgConfig::UTF8PROC",
    "systemd/": "PkgConfig::SYSTEMD",
    "boost/url": "Boost::url",
    "kainjow/": "kainjow::mustache",
    "boost/json": "Boost::json",
}
SHARED = {"Boost::json"}  # part of the interface of the room that names it: those above may include it as well
HEADER_ONLY = {"boost/asio": {"http"}, "boost/beast": {"http"}}  # these have no target of their own
LINES = {".cpp": 400, ".hpp": 150}
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
TEXT_FOLDERS = ["include", "src", "tests", "bench", "script", "cmake", "config", "docs", "web", ".ci"]
GENERATED = re.compile(r"(^|/)(venv|target|node_modules|logs|bin|__pycache__)/")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
ROOM = re.compile(r"gradesvc_room\(\s*(\w+)([^)]*)\)")


def read_rooms():
    rooms, libraries = {}, {}
    for name, rest in ROOM.findall(pathlib.Path("CMakeLists.txt").read_text(encoding="utf-8")):
        kind = None
        rooms[name], libraries[name] = set(), set()
        for word in rest.split():
            if word in ("ROOMS", "LIBS"):
                kind = rooms if word == "ROOMS" else libraries
            else:
                kind[name].add(word)
    return rooms, libraries


ROOMS, LIBS = read_rooms()


def reachable(room):
    found, waiting = {room}, [room]
    while waiting:
        for below in ROOMS[waiting.pop()] - found:
            found.add(below)
            waiting.append(below)
    return found


def room_of(path):
    parts = path.parts
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ("include", "gradesvc") and len(parts) > 3:
        return parts[2]
    return None


def included_room(header):
    first = header.removeprefix("gradesvc/").split("/")[0]
    return first if "/" in header and first in ROOMS else None


def library_of(header):
    return next((lib for prefix, lib in LIBRARIES.items() if header.startswith(prefix)), None)


def is_standard(header):
    return re.fullmatch(r"[a-z_0-9]+", header) is not None


def include_error(path, room, header):
    """why `path` must not include `header`, or None"""
    other, library = included_room(header), library_of(header)
    if other:
        return None if other in reachable(room) else f"{room} may not use {other}"
    public = path.parts[0] == "include"
    if public and not is_standard(header) and not header.startswith("boost/system/"):
        return "a public header may include only the standard library, Boost.System and gradesvc"
    if library:
        users = reachable(room) if library in SHARED else {room}
        if not any(library in LIBS[user] for user in users):
            return f"{room} does not name {library}"
    for prefix, owners in HEADER_ONLY.items():
        if header.startswith(prefix) and room not in owners:
            return f"only {', '.join(sorted(owners))} may include {prefix}"
    return None


def check_cpp(path, text):
    room = room_of(path)
    lines = text.count("\n")
    if lines > LINES[path.suffix]:
        yield 1, f"{lines} lines; at most {LINES[path.suffix]}: is there a second idea in it?"
    if path.suffix == ".hpp":
        if "#pragma once" not in text:
            yield 1, "#pragma once is missing"
        if re.search(r"^\s*using namespace\b", text, re.M):
            yield 1, "using namespace in a header"
    if path == pathlib.Path("src/main.cpp") and lines > 60:
        yield 1, f"{lines} lines; main has at most 60"
    if room is None:
        return
    if room not in ROOMS:
        yield 1, f"CMakeLists.txt has no room {room}"
        return
    for match in INCLUDE.finditer(text):
        why = include_error(path, room, match[1])
        if why:
            yield text.count("\n", 0, match.start()) + 1, f"{match[1]}: {why}"


def check(path):
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if LEFT_OVER.search(line):
            yield number, "left over: " + line.strip()
    if path.suffix in LINES:
        yield from check_cpp(path, text)


def self_test():
    public, private = pathlib.Path("include/gradesvc/ports/x.hpp"), pathlib.Path("src/kafka/x.cpp")
    cases = [
        (public, "ports", "vector", True),
        (public, "ports", "boost/system/result.hpp", True),
        (public, "ports", "boost/json.hpp", False),
        (public, "ports", "gradesvc/domain/errc.hpp", True),
        (public, "ports", "gradesvc/app/submit.hpp", False),
        (private, "kafka", "librdkafka/rdkafka.h", True),
        (private, "kafka", "codec/json.hpp", False),
        (private, "kafka", "SQLiteCpp/SQLiteCpp.h", False),
        (private, "kafka", "poll.h", True),
        (pathlib.Path("src/worker/x.cpp"), "worker", "boost/asio/post.hpp", False),
        (pathlib.Path("src/http/x.cpp"), "http", "boost/beast/http.hpp", True),
        (pathlib.Path("src/http/x.cpp"), "http", "librdkafka/rdkafka.h", False),
    ]
    wrong = [case for case in cases if (include_error(*case[:3]) is None) != case[3]]
    for path, room, header, fine in wrong:
        print(f"self-test: {path} including {header} should be {'allowed' if fine else 'refused'}")
    return not wrong


def main():
    ok = self_test()
    for folder in TEXT_FOLDERS:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file() and not GENERATED.search(str(path)):
                for line, what in check(path):
                    ok = False
                    print(f"{path}:{line}: {what}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
