"""Books and statements made up from a seed, with the truth of which lines belong together. Made to mislead: amounts that repeat, customers
that pay the same again, lines without a word, strangers of the same amount on the same day."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.reconciliation.domain.matching_lines import Line

FIRST = date(2005, 1, 1)
DAYS = 365
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英玉萍红建文辉力"
CITIES = ("北京", "上海", "天津", "重庆", "广州", "深圳", "武汉", "成都", "南京", "杭州", "西安", "沈阳", "长沙", "青岛", "大连", "宁波")
NAMES = (
    "华联",
    "宏达",
    "鑫源",
    "永兴",
    "恒通",
    "瑞丰",
    "天成",
    "中诚",
    "东方",
    "长城",
    "海川",
    "金桥",
    "明珠",
    "泰和",
    "顺发",
    "万利",
    "振兴",
    "新世纪",
    "大地",
    "蓝天",
)
TRADES = ("贸易", "机械", "纺织", "食品", "电子", "建材", "化工", "物流", "服装", "印刷", "家具", "医药")
WORDS_OF_THE_BOOK = ("付{name}货款", "收{name}货款", "{name}", "支付{name}款项", "{name}往来款", "汇给{name}")
WORDS_OF_THE_BANK = ("{name}", "{name}有限公司", "转账 {name}", "货款 {name}", "{name}有限责任公司 汇兑")
SILENT = ("转账", "货款", "", "往来", "支票支取")
COMMON_MINOR = (100_000, 500_000, 50_000, 1_000_000, 20_000, 300_000)


@dataclass
class Books:
    """Both sides, and the groups of numbers that are one business."""

    book: list[Line] = field(default_factory=list)
    statement: list[Line] = field(default_factory=list)
    truth: set[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=set)


class _Making:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.books = Books()
        chosen = [f"{city}{name}{trade}" for city in CITIES for name in NAMES for trade in TRADES]
        self.chance.shuffle(chosen)
        self.names = (
            chosen[:1500] + [surname + given + other for surname in SURNAMES for given in GIVEN[:12] for other in GIVEN[12:16]][:500]
        )
        self.references = 1_000_000

    def amount(self) -> int:
        """Every fourth amount is one of six; every other one is its own."""
        chance = self.chance
        minor = chance.choice(COMMON_MINOR) if chance.random() < 0.25 else chance.randint(1_000, 80_000_000)
        return minor if chance.random() < 0.5 else -minor

    def day(self) -> date:
        return FIRST + timedelta(days=self.chance.randrange(DAYS))

    def reference(self) -> str:
        self.references += 1
        return f"{self.references:08d}"

    def add(self, side: list[Line], on: date, amount_minor: int, text: str, reference: str = "") -> int:
        side.append(Line(len(side) + 1, on, amount_minor, text, reference))
        return len(side)

    def words(self, patterns: Sequence[str], name: str, reference: str) -> tuple[str, str]:
        """The text of a line, and its column for document numbers: a number stands in either."""
        text = self.chance.choice(patterns).format(name=name)
        return (f"{text} 票号{reference}", "") if reference and self.chance.random() < 0.3 else (text, reference)

    def pair(self) -> None:
        """One business, a line on each side: nine of ten with a name, six with a document number (the company did not note every fifth),
        some with neither."""
        chance, books = self.chance, self.books
        on, amount_minor, name = self.day(), self.amount(), chance.choice(self.names)
        reference = self.reference() if chance.random() < 0.6 else ""
        noted = reference if chance.random() < 0.8 else ""
        named = chance.random() < 0.9
        text, column = self.words(WORDS_OF_THE_BOOK if named else SILENT, name, noted)
        said, shown = self.words(WORDS_OF_THE_BANK if named else SILENT, name, reference)
        ours = self.add(books.book, on, amount_minor, text, column)
        theirs = self.add(books.statement, on + timedelta(days=chance.randint(-1, 7)), amount_minor, said, shown)
        books.truth.add(((ours,), (theirs,)))

    def split(self) -> None:
        """One line of a side, two to five of the other: half of them under one document number, the others under the name alone."""
        chance, books = self.chance, self.books
        on, name, sign = self.day(), chance.choice(self.names), chance.choice((1, -1))
        parts = [sign * chance.randint(1_000, 9_000_000) for _ in range(chance.randint(2, 5))]
        reference = self.reference() if chance.random() < 0.5 else ""
        turned = chance.random() < 0.5
        one, several = (books.statement, books.book) if turned else (books.book, books.statement)
        patterns = (WORDS_OF_THE_BANK, WORDS_OF_THE_BOOK) if turned else (WORDS_OF_THE_BOOK, WORDS_OF_THE_BANK)
        alone = self.add(one, on, sum(parts), *self.words(patterns[0], name, reference))
        places = [
            self.add(several, on + timedelta(days=chance.randint(0, 5)), part, *self.words(patterns[1], name, reference)) for part in parts
        ]
        group = (tuple(places), (alone,)) if turned else ((alone,), tuple(places))
        books.truth.add(group)

    def stranger(self) -> None:
        """A line of one side that belongs to nothing; half of them with the amount and the day of a line of the other side, and another
        name or none. One in five has that line's name too, and the number of another document where that line has one."""
        chance, books = self.chance, self.books
        side, other = (books.book, books.statement) if chance.random() < 0.5 else (books.statement, books.book)
        if other and chance.random() < 0.5:
            like = chance.choice(other)
            if chance.random() < 0.2 and (like.reference or "票号" in like.text):
                self.add(side, like.on, like.amount_minor, like.text.partition(" 票号")[0], self.reference())
                return
            text = chance.choice((chance.choice(self.names), chance.choice(SILENT)))
            self.add(side, like.on, like.amount_minor, text, self.reference() if chance.random() < 0.3 else "")
            return
        self.add(side, self.day(), self.amount(), chance.choice(self.names), self.reference() if chance.random() < 0.5 else "")


def made_up(lines: int, seed: int) -> Books:
    """Books of about so many lines on each side: 85 of 100 businesses are pairs, 5 split, 10 lines belong to nothing. Lines are numbered in
    an order that tells nothing."""
    making = _Making(seed)
    while len(making.books.book) < lines or len(making.books.statement) < lines:
        chance = making.chance.random()
        (making.pair if chance < 0.85 else making.split if chance < 0.90 else making.stranger)()
    return _renumbered(making.books, making.chance)


def _renumbered(books: Books, chance: random.Random) -> Books:
    def shuffled(lines: list[Line]) -> tuple[list[Line], dict[int, int]]:
        order = list(lines)
        chance.shuffle(order)
        numbers = {line.number: place for place, line in enumerate(order, start=1)}
        return [Line(numbers[each.number], each.on, each.amount_minor, each.text, each.reference) for each in order], numbers

    book, ours = shuffled(books.book)
    statement, theirs = shuffled(books.statement)
    truth = {(tuple(sorted(ours[each] for each in one)), tuple(sorted(theirs[each] for each in other))) for one, other in books.truth}
    return Books(book, statement, truth)
