"""The table of decisions, from the pages in docs/decisions: what, why, what else was considered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
LONGEST = 500  # characters of a cell; whole sentences that fit
PART = re.compile(r"^\*\*(Decision|Why|Instead of)\b[^*]*\*\*(.*)", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.;:])\s+(?=[A-Z`(])")


@dataclass(frozen=True)
class Decision:
    page: str
    title: str
    decision: str
    why: str
    instead: str


def decisions(folder: Path = FOLDER) -> list[Decision]:
    """One per page, in order.

    Raises
    ------
    ValueError
        If a page does not say what was decided, why, or instead of what.
    """
    return [_parsed(path) for path in sorted(folder.glob("[0-9]*.md"))]


def _parsed(path: Path) -> Decision:
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    found: dict[str, str] = {}
    for k, block in enumerate(blocks):
        match = PART.match(block)
        if match is None or match[1] in found:
            continue
        text = " ".join(match[2].split()).lstrip(".,; ")
        following = blocks[k + 1] if k + 1 < len(blocks) else ""
        listed = match[1] == "Instead of" and text.endswith(":") and following.startswith("|")
        found[match[1]] = _listed(following) if listed else text
    missing = {"Decision", "Why", "Instead of"} - found.keys()
    if missing:
        raise ValueError(f"{path.name} does not say: {', '.join(sorted(missing))}")
    title = blocks[0].lstrip("# ").strip()
    return Decision(path.name, title, *(_short(found[name]) for name in ("Decision", "Why", "Instead of")))


def _listed(table: str) -> str:
    """First cells of a table's rows."""
    cells = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    return "; ".join(filter(None, cells)) + "."


def _short(text: str) -> str:
    """Whole sentences, as many as fit; links become their words."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    found = ""
    for sentence in SENTENCE.split(text):
        if found and len(found) + len(sentence) > LONGEST:
            break
        found = f"{found} {sentence}".strip()
    found = found.rstrip(":;,")
    found = found if found.endswith((".", ")")) else found + "."
    return found.replace("|", "\\|")


def section(found: list[Decision]) -> str:
    """The table in Markdown; links are those of a page in docs/."""
    lines = ["## Decisions", "", "What was chosen, why, and instead of what; each page has the rest and its price.", ""]
    lines += ["| | decision | rationale | alternatives considered |", "|---|---|---|---|"]
    for row in found:
        link = f"[{row.page[:2]}](decisions/{row.page})"
        lines.append(f"| {link} | **{row.title}.** {row.decision} | {row.why} | {row.instead} |")
    return "\n".join(lines)
