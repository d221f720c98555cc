"""The "web" of the arithmetic world: documents about many topics, some of them a skill of arithmetic.

A document is about one topic; how often a topic is written about falls with its rank (Zipf). A document about a skill
recalls the skills that it needs, then shows the skill some times, between sentences about other things. All other
documents are talk: words of everyday English in no order that means anything, and a number now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.worlds import _school

TOPICS = 20_000
"""Topics of the web. With Zipf's exponent of 1, the most common one takes a tenth of all documents."""
SHOWN = 5
"""Problems of its own skill that a document shows."""
RECALLED = 1
"""Problems of each skill that it needs."""
BLOCK = 100
"""Documents drawn at a time: one piece of the corpus."""
_TALK = (2, 5)  # sentences of a document that is only talk
_WORDS = (4, 9)  # words of a sentence
_NUMBERS = 0.02  # of the words of talk
VOCABULARY = (
    "the", "of", "and", "to", "in", "is", "it", "that", "was", "for", "on", "are", "as", "with", "his", "they", "at",
    "be", "this", "from", "have", "or", "by", "had", "not", "but", "what", "all", "were", "we", "when", "your", "can",
    "said", "there", "use", "an", "each", "which", "she", "do", "how", "their", "if", "will", "up", "other", "about",
    "out", "many", "then", "them", "these", "so", "some", "her", "would", "make", "like", "him", "into", "time",
    "has", "look", "two", "write", "go", "see", "number", "no", "way", "could", "people", "my", "than", "first",
    "water", "been", "call", "who", "oil", "its", "now", "find", "long", "down", "day", "did", "get", "come", "made",
    "may", "part", "over", "new", "sound", "take", "only", "little", "work", "know", "place", "year", "live", "me",
    "back", "give", "most", "very", "after", "thing", "our", "just", "name", "good", "sentence", "man", "think",
    "say", "great", "where", "help", "through", "much", "before", "line", "right", "too", "mean", "old", "any",
    "same", "tell", "boy", "follow", "came", "want", "show", "also", "around", "form", "three", "small", "set", "put",
    "end", "does", "another", "well", "large", "must", "big", "even", "such", "because", "turn", "here", "why", "ask",
    "went", "men", "read", "need", "land", "different", "home", "us", "move", "try", "kind", "hand", "picture",
    "again", "change", "off", "play", "spell", "air", "away", "animal", "house", "point", "page", "letter", "mother",
    "answer", "found", "study", "still", "learn", "should", "america", "world", "high", "every", "near", "add",
    "food", "between", "own", "below", "country", "plant", "last", "school", "father", "keep", "tree", "never",
    "start", "city", "earth", "eye", "light", "thought", "head", "under", "story", "saw", "left", "few", "while",
    "along", "might", "close", "something", "seem", "next", "hard", "open", "example", "begin", "life", "always",
    "those", "both", "paper", "together", "got", "group", "often", "run", "important", "until", "children", "side",
    "feet", "car", "mile", "night", "walk", "white", "sea", "began", "grow", "took", "river", "four", "carry",
    "state", "once", "book", "hear", "stop", "without", "second", "later", "miss", "idea", "enough", "eat", "face",
    "watch", "far", "really", "almost", "let", "above", "girl", "sometimes", "mountain", "cut", "young", "talk",
    "soon", "list", "song", "being", "leave", "family", "body", "music", "color",
)


class Tally(NamedTuple):
    """What a corpus shows: per skill the number of problems, and the place of the first, or None."""

    shown: Mapping[str, int]
    first: Mapping[str, int | None]


def topic_share() -> NDArray[np.float64]:
    """Share of documents about each topic, most common first."""
    share = 1.0 / np.arange(1, TOPICS + 1)
    return np.asarray(share / share.sum())


def mentions(name: str) -> float:
    """Expected problems of a skill in one document of the web."""
    share = topic_share()
    return float(sum(share[s.rank - 1] * (SHOWN * (s.name == name) + RECALLED * (name in s.needs))
                     for s in _school.SKILLS.values()))


def open_problems(name: str, level: str, reserved: Callable[[str, str], bool]) -> list[_school.Problem]:
    """Problems of a skill that may stand in the corpus."""
    return [p for p in _school.problems(name, level) if not reserved(name, p.context)]


def weights(count: int, name: str) -> NDArray[np.float64]:
    """How often each problem of a skill is shown: small numbers most (Zipf); of long numbers all alike."""
    raw = np.ones(count) if name in _school.LEVELS else 1.0 / np.arange(1, count + 1)
    return np.asarray(raw / raw.sum())


class Writer:
    """Writes the documents of one web, block by block.

    Parameters
    ----------
    seed : of the web.
    reserved : (skill, context) -> whether the problem is kept for the exams.
    """

    def __init__(self, seed: int, reserved: Callable[[str, str], bool]) -> None:
        self._seed = seed
        self._topics = np.cumsum(topic_share())
        self._of_rank = {s.rank: s for s in _school.SKILLS.values()}
        self._texts: dict[str, list[str]] = {}
        self._chance: dict[str, NDArray[np.float64]] = {}
        for name in _school.SKILLS:
            texts: list[str] = []
            chance = []
            for level in _school.LEVELS.get(name, ("all",)):
                found = open_problems(name, level, reserved)
                texts += [f"{p.context}{p.answer}. " for p in found]
                chance.append(_school.LEVEL_SHARE[level] * weights(len(found), name))
            self._texts[name], self._chance[name] = texts, np.cumsum(np.concatenate(chance))
        self._word = np.cumsum(weights(len(VOCABULARY), "talk"))

    def block(self, number: int) -> str:
        """Documents of one block, each on a line of its own."""
        rng = seeds.stream(self._seed, "web", number)
        ranks = 1 + np.minimum(np.searchsorted(self._topics, rng.random(BLOCK)), TOPICS - 1)
        sentence = self._sentences(rng, int(BLOCK * (_TALK[1] + 1)))
        lines = []
        for rank, talk in zip(ranks.tolist(), rng.integers(_TALK[0], _TALK[1] + 1, BLOCK).tolist(), strict=True):
            skill = self._of_rank.get(rank)
            if skill is None:
                lines.append("".join(next(sentence) for _ in range(talk)))
            else:
                lines.append(next(sentence) + "".join(self._lesson(skill, rng)) + next(sentence))
        return "".join(line.rstrip() + "\n" for line in lines)

    def _lesson(self, skill: _school.Skill, rng: np.random.Generator) -> Iterator[str]:
        for name, times in [*((need, RECALLED) for need in skill.needs), (skill.name, SHOWN)]:
            for at in np.searchsorted(self._chance[name], rng.random(times)).tolist():
                yield self._texts[name][min(at, len(self._texts[name]) - 1)]

    def _sentences(self, rng: np.random.Generator, count: int) -> Iterator[str]:
        """Talk without end: after ``count`` sentences it begins again."""
        sizes = rng.integers(_WORDS[0], _WORDS[1] + 1, count)
        total = int(sizes.sum())
        which = np.searchsorted(self._word, rng.random(total)).tolist()
        odd = rng.random(total) < _NUMBERS
        numbers = iter(rng.integers(0, 2000, int(odd.sum())).tolist())
        words = [str(next(numbers)) if o else VOCABULARY[min(w, len(VOCABULARY) - 1)]
                 for w, o in zip(which, odd.tolist(), strict=True)]
        ends = np.cumsum(sizes).tolist()
        made = [" ".join(words[end - size : end]) + ". " for end, size in zip(ends, sizes.tolist(), strict=True)]
        while True:
            yield from made


def tally(pieces: Sequence[str], reserved: Callable[[str, str], bool]) -> Tally:
    """Count the problems of every skill in a text of this web by reading it.

    A problem counts where its whole sentence stands: ``3+4 = 7. ``
    """
    import re

    of_text = {f"{p.context}{p.answer}.": name for name in _school.SKILLS
               for level in _school.LEVELS.get(name, ("all",)) for p in open_problems(name, level, reserved)}
    shown: dict[str, int] = dict.fromkeys(_school.SKILLS, 0)
    first: dict[str, int | None] = dict.fromkeys(_school.SKILLS)
    at = 0
    for piece in pieces:
        for found in re.finditer(r"(?:^|(?<=\. ))[^.\n]*[=<>0-9a-z]\.", piece, re.MULTILINE):
            name = of_text.get(found[0])
            if name is not None:
                shown[name] += 1
                first[name] = at + found.start() if first[name] is None else first[name]
        at += len(piece)
    return Tally(shown, first)
