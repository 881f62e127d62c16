# SPDX-License-Identifier: GPL-2.0-or-later
"""What the text of a document is made of: Markdown's code blocks, prose and anchors; the commands in a shell line. Pure."""
import re, shlex


class Block:
    """A code block: `lines` are (line number, text), `language` of a fence ("" if none), `lead` the prose before it."""

    def __init__(self, language, lead):
        self.language, self.lead, self.lines = language, lead, []


def parse(text):
    """-> (blocks, prose); prose is a list of (line number, text)."""
    blocks, prose, fence, block, in_list, indent = [], [], None, None, False, ""
    before = ""
    for number, line in enumerate(text.split("\n"), 1):
        lead = " ".join(text for _, text in prose[-3:])
        opened = re.match(r"( {0,3})(```+|~~~+)\s*([\w-]*)", line)
        if fence:
            if line.strip() == fence:
                fence = block = None
            else:
                block.lines.append((number, line[len(indent):] if line.startswith(indent) else line))
        elif opened:
            indent, fence, block = opened.group(1), opened.group(2), Block(opened.group(3), lead)
            blocks.append(block)
        elif block and (line.startswith("    ") or not line.strip()):
            block.lines.append((number, line[4:]))
        elif line.startswith("    ") and line.strip() and not before.strip() and not in_list:
            block = Block("", lead)
            block.lines.append((number, line[4:]))
            blocks.append(block)
        else:
            block = None
            prose.append((number, line))
            if re.match(r"\s*([-*+]|\d+\.)\s", line):
                in_list = True
            elif line.strip() and not line.startswith(" "):
                in_list = False
        before = line
    for block in blocks:
        while block.lines and not block.lines[-1][1].strip():
            block.lines.pop()
    return blocks, prose


def anchors(text):
    """What GitHub makes of the headings, and explicit ids."""
    found = {}
    blocks, prose = parse(text)
    for _, line in prose:
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if heading:
            title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1))
            slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            count = found.get(slug, 0)
            found[slug] = count + 1
            if count:
                found["%s-%d" % (slug, count)] = 1
        for name in re.findall(r"(?:id|name)=\"([^\"]+)\"", line):
            found[name] = 1
    return set(found)


def without_comment(line):
    """The line without what follows a # outside quotes."""
    quote = ""
    for i, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#" and (i == 0 or line[i - 1].isspace()):
            return line[:i].rstrip()
    return line.rstrip()


def split_substitutions(line):
    """-> (the line with SUBST in place of each $(...), what was in them)"""
    out, inner, i, quoted = "", [], 0, False
    while i < len(line):
        if line[i] == "'":
            quoted = not quoted
        if not quoted and line.startswith("$(", i):
            depth, j = 1, i + 2
            while j < len(line) and depth:
                depth += {"(": 1, ")": -1}.get(line[j], 0)
                j += 1
            inner.append(line[i + 2:j - 1])
            out += "SUBST"
            i = j
        else:
            out += line[i]
            i += 1
    return out, inner


def simple_commands(line):
    """The words of each simple command of a shell line, without redirections."""
    line, inner = split_substitutions(line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.commenters = ""
    lexer.whitespace_split = True
    commands, words, skip = [], [], False
    for token in lexer:
        if re.fullmatch(r"[<>&]*[<>][<>&]*", token):
            skip = True
            if words and re.fullmatch(r"[012]", words[-1]):
                words.pop()
        elif re.fullmatch(r"[;|&()]+", token):
            commands.append(words)
            words, skip = [], False
        elif skip:
            skip = False
        else:
            words.append(token)
    commands.append(words)
    for part in inner:
        commands += simple_commands(part)
    return [words for words in commands if words]


def balanced(text):
    text = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    return text.count("{") <= text.count("}") and text.count("[") <= text.count("]")
