#!/usr/bin/env python3
"""Finds awaiting statements that g++ 12 miscompiles.

An aggregate temporary (`co_await f(Agg{...})`), or a lambda that captures by value, inside a full-expression with
co_await is destroyed twice by g++ 12; `if (!co_await f()) …` and `while (a && co_await f()) …` lose their place when
optimised. The rule: name the object, or the result, on the line before. This is a heuristic on text;
`// NOLINT(coroutine-temporary)` on the line of the co_await silences it. `--self-test` checks the rule itself.
"""
import re
import sys

SILENCED = "NOLINT(coroutine-temporary)"
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
CAPTURES = re.compile(r"\[([^\[\]]*)\]\s*(?:\(|\{|mutable)")
LAMBDA_HEAD = re.compile(r"\[[^\[\]]*\]\s*(\([^()]*\))?\s*(mutable)?\s*(->\s*[\w:<>]+)?\s*\{")
BRACED_OBJECT = re.compile(r"(?:[A-Za-z_]\w*(?:<[^<>;{}]*>)?|[(,])\s*\{(?!\s*\n)")
CONDITION = re.compile(r"\b(?:if|while)\s*(?:constexpr\s*)?\(")
DECLARATION = re.compile(r"\s*(?:const\s+)?[\w:<>,\s*&]+\s\w+\s*=[^=]")
BLOCK_OPENS_AFTER = re.compile(r"(\)|\belse|\bdo|\btry|\bmutable|>)\s*$")


def blank(match):
    """Comments become spaces and strings empty ones, so that lines keep their numbers."""
    text = match[0]
    return '""' if text.startswith('"') else re.sub(r"[^\n]", " ", text)


def captures_by_value(captures):
    parts = (part.strip() for part in captures.split(","))
    return any(part and part != "this" and not part.startswith("&") for part in parts)


def expression_start(code, at):
    """From `at` back to the end of the statement before, or to the brace that opens the block."""
    depth = 0
    while at > 0:
        char = code[at - 1]
        if char in ")}]":
            depth += 1
        elif char == "{" and depth == 0 and BLOCK_OPENS_AFTER.search(code[: at - 1]):
            break
        elif char in "([{" and depth:
            depth -= 1
        elif char == ";" and depth == 0:
            break
        rest = code[at : at + 40].lstrip()
        if char == "}" and depth == 1 and rest and rest[0] not in ",).}]":
            break  # the end of a block before
        at -= 1
    return at


def expression_end(code, at):
    depth = 0
    while at < len(code):
        char = code[at]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            if depth == 0 and char == ")":
                break
            depth -= 1
        elif char == ";" and depth <= 0:
            break
        at += 1
    return at


def condition_around(code, at):
    """The text of the condition of an if or while that the co_await at `at` stands in, or None."""
    for head in CONDITION.finditer(code, max(0, at - 400), at):
        depth = 1
        for end in range(head.end(), len(code)):
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            if depth == 0:
                break
        if head.end() <= at < end:
            return code[head.end() : end]
    return None


def check(text):
    """[(line, what)] of one source text"""
    lines = text.splitlines()
    code = COMMENT_OR_STRING.sub(blank, text)
    found = set()
    for await_ in re.finditer(r"\bco_await\b", code):
        line = code.count("\n", 0, await_.start()) + 1
        if SILENCED in lines[line - 1]:
            continue
        expression = code[expression_start(code, await_.start()) : expression_end(code, await_.start())]
        condition = condition_around(code, await_.start())
        if condition is not None and not DECLARATION.match(condition):
            found.add((line, "a condition"))
        elif any(captures_by_value(captures) for captures in CAPTURES.findall(expression)):
            found.add((line, "a lambda that captures by value"))
        elif BRACED_OBJECT.search(LAMBDA_HEAD.sub("", expression)):
            found.add((line, "an object built with braces"))
    return sorted(found)


BAD = [
    "void f() { co_await g(Agg{1, 2}); }",
    "void f() { co_await g({.a = x}); }",
    "void f() { if (co_await g(Agg{})) h(); }",
    "void f() { g(Agg{}, co_await h()); }",
    "void f() { Agg a{T{}, co_await h()}; }",
    "void f() { co_return Agg{x, co_await h()}; }",
    "void f() { co_await on_pool(p, [s] { return s; }); }",
    "void f() { co_await on_pool(p, [s = std::move(s)]() mutable { return s; }); }",
    "void f() { co_spawn(co_await this_coro::executor, [s] { go(s); }, detached); }",
    "void f() { co_await g(std::vector<int>{1, 2}); }",
    "void f() { if (!co_await g()) co_return; }",
    "void f() { while (a && co_await g(b)) h(); }",
]
GOOD = [
    "void f() { auto cmd = Agg{1}; co_await g(std::move(cmd)); }",
    "void f() { co_await g(std::string(\"{x}\"), std::make_unique<int>(1)); }",
    "void f() { co_await on_pool(p, [&s] { return s; }); }",
    "void f() { co_await on_pool(p, [] { return 1; }); }",
    "void f() { auto a = co_await make(); co_return Agg{a}; }",
    "void f() { auto [ec, n] = co_await read(s, b, nothrow); if (ec) { co_return; } }",
    "void f() { for (;;) { co_await g(x); } }",
    "void f() { Agg a{1}; /* Agg{} */ co_await g(a); // Agg{}\n }",
    "void f() { co_await g(Agg{}); } // NOLINT(coroutine-temporary)",
    "void f() { if (x) { y(); } co_await g(x); }",
    "void f() { if (x && y(z)) co_await g(x); }",
    "void f() { if (const auto why = co_await g(x)) h(*why); }",
]


def self_test():
    wrong = ["not found: " + code for code in BAD if not check(code)]
    wrong += ["found in: " + code for code in GOOD if check(code)]
    print("\n".join(wrong) or f"{len(BAD) + len(GOOD)} examples as expected")
    return bool(wrong)


def main(files):
    if files == ["--self-test"]:
        return self_test()
    count = 0
    for name in files:
        with open(name, encoding="utf-8") as source:
            for line, what in check(source.read()):
                print(f"{name}:{line}: {what} in an awaiting statement: name it on the line before")
                count += 1
    return count > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
