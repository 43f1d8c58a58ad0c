#!/usr/bin/env python3
"""Makes a configuration out of another by changing keys: edit.py FROM TO STATEMENTS

The statements are Python over `c`, the configuration of FROM, with the helpers below. What they do not
touch stays as it is, in its order. The layout is that of the tool that wrote FROM: runc and crun write one
value a line, behind tabs. Engines write one single line; it is broken so that a list of words fills lines.
"""
import json
import pathlib
import re
import sys


def mount(c, destination):
    """The mount at a path of the container."""
    return next(m for m in c["mounts"] if m["destination"] == destination)


def drop_mount(c, destination):
    c["mounts"].remove(mount(c, destination))


def namespace(c, kind):
    """The entry of a kind of namespace."""
    return next(n for n in c["linux"]["namespaces"] if n["type"] == kind)


def add_capability(c, *names):
    for held in ("bounding", "effective", "permitted"):
        c["process"]["capabilities"][held] += names


def drop_capability(c, *names):
    for held in c["process"]["capabilities"].values():
        held[:] = [name for name in held if name not in names]


def map_users(c, host, size=65536):
    """A user namespace whose user and group 0 are `host` outside."""
    if not any(n["type"] == "user" for n in c["linux"]["namespaces"]):
        c["linux"]["namespaces"].append({"type": "user"})
    for ids in ("uidMappings", "gidMappings"):
        c["linux"][ids] = [{"containerID": 0, "hostID": host, "size": size}]


def deny_calls(*names):
    """A filter that lets everything through but some system calls."""
    rule = {"names": list(names), "action": "SCMP_ACT_ERRNO"}
    return {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}


def take(c, other, *path):
    """Sets a key to what it is in another configuration; deletes it if it is not there."""
    source, target = json.loads(pathlib.Path(other).read_text()), c
    for key in path[:-1]:
        source, target = source[key], target[key]
    target.pop(path[-1], None)
    if path[-1] in source:
        target[path[-1]] = source[path[-1]]


def text_of(config, like):
    """JSON with tabs; lists of words are filled if the original is not laid out one value a line."""
    text = json.dumps(config, indent="\t", ensure_ascii=False)
    if '["' not in like:
        return text + like[len(like.rstrip()):]
    return re.sub(r'\[\s*"[^\[\]{}]*"\s*\]', fill, text) + "\n"


def fill(match):
    words = [json.dumps(word, ensure_ascii=False) for word in json.loads(match.group())]
    # where the list begins on its line; a tab counts as four
    head = match.string[match.string.rfind("\n", 0, match.start()) + 1:match.start()].expandtabs(4)
    one = "[" + ", ".join(words) + "]"
    if len(head + one) <= 112:
        return one
    tabs = "\t" * ((len(head) - len(head.lstrip())) // 4)
    lines, width = [[]], 108 - 4 * len(tabs)
    for word in words:
        if lines[-1] and len(", ".join(lines[-1] + [word])) > width:
            lines.append([])
        lines[-1].append(word)
    return "[\n" + ",\n".join(f"{tabs}\t{', '.join(line)}" for line in lines) + f"\n{tabs}]"


def main():
    source, target, *statements = sys.argv[1:]
    like = pathlib.Path(source).read_text()
    c = json.loads(like)
    for statement in statements:
        exec(statement, globals(), {"c": c})
    pathlib.Path(target).write_text(text_of(c, like))


if __name__ == "__main__":
    main()
