"""Parses TLA+ modules with tree-sitter-tlaplus. For each file one line: `ok FILE`, or `error FILE:LINE:COLUMN TEXT`."""

import sys
import warnings

warnings.simplefilter("ignore")

import tree_sitter_tlaplus
from tree_sitter import Language, Parser


def first_error(node):
    if node.is_error or node.is_missing:
        return node
    for child in node.children:
        if child.has_error or child.is_missing:
            found = first_error(child)
            if found is not None:
                return found
    return None


parser = Parser(Language(tree_sitter_tlaplus.language()))
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        text = file.read()
    error = first_error(parser.parse(text).root_node)
    if error is None:
        print(f"ok {name}")
    else:
        line, column = error.start_point
        shown = text[error.start_byte : error.end_byte][:60].decode(errors="replace").replace("\n", " ")
        print(f"error {name}:{line + 1}:{column + 1} {shown}")
