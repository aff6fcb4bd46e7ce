"""The corpus of the load rows: as many passages as are asked for, and questions of which each has one right answer."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.torture.world import MATTERS, OFFICES, PLACES

__all__ = ["BYTES_OF_A_SPEECH", "ITEMS", "Probe", "probes", "write_speeches"]

ITEMS = 20
"""Items of a speech; each makes a passage."""
BYTES_OF_A_SPEECH = 9_500
"""About how long a speech is in its file."""
_DEEDS = (
    "要盯住责任主体，把任务分解到岗到人", "要盘清存量底数，建立台账逐月销号", "要到一线听取群众意见，不能只看材料",
    "要统筹项目资金，防止撒胡椒面", "要严把验收关口，验收不合格的一律返工", "要及时总结经验，把好做法固定成制度",
    "要加强部门协同，信息每周通报一次", "要守住安全底线，隐患排查不留死角", "要做好政策解读，让企业和群众听得懂",
    "要用好考核这根指挥棒，奖优罚劣", "要充实基层力量，编制向乡镇倾斜", "要压减会议文件，腾出时间抓落实",
    "要抢抓农时，把惠农补贴按时发到户", "要盯紧汛情，泵站闸门逐座检修", "要规范招标采购，全过程留痕备查",
    "要扶持骨干企业，带动上下游配套", "要补齐冷链短板，减少产地损耗", "要修好断头路，打通最后一公里",
)  # fmt: skip


@dataclass(frozen=True)
class Probe:
    """A question, and the words that its answer must hold: no other speech says them of that matter."""

    question: str
    words: str


def write_speeches(folder: Path, passages: int, seed: object) -> Path:
    """A folder of speeches that make about so many passages."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(-(-passages // ITEMS)):
        place = folder / f"{number // 100:02}" / f"讲话{number:04}.txt"
        place.parent.mkdir(exist_ok=True)
        place.write_text("".join(_speech(seed, number)), encoding="utf-8", newline="")
    return folder


def probes(passages: int, seed: object, count: int) -> list[Probe]:
    """Questions about those speeches, spread over all of them."""
    speeches = -(-passages // ITEMS)
    chance = random.Random(f"probes {seed}")
    found = []
    for _ in range(count):
        item = _item(seed, chance.randrange(speeches), chance.randrange(ITEMS))
        found.append(Probe(f"代号{item.code}的专项行动由哪个部门牵头？", f"{item.place}县{item.office}"))
    return found


@dataclass(frozen=True)
class _Item:
    code: str
    place: str
    office: str
    text: str


def _item(seed: object, speech: int, number: int) -> _Item:
    chance = random.Random(f"item {seed} {speech} {number}")
    code = "".join(chance.choices("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥", k=6))
    place, office, matter = chance.choice(PLACES), chance.choice(OFFICES), chance.choice(MATTERS)
    deeds = "；".join(chance.sample(_DEEDS, 6))
    led = f"代号{code}的专项行动由{place}县{office}牵头，{chance.randrange(2, 12)}月底以前完成"
    spent = f"拨付资金{chance.randrange(100, 9999)}万元，惠及群众{chance.randrange(1000, 99999)}人"
    text = f"（{number + 1}）抓好{matter}。{led}，{spent}。{deeds}。\n\n"
    return _Item(code, place, office, text)


def _speech(seed: object, number: int) -> Iterator[str]:
    chance = random.Random(f"speech {seed} {number}")
    yield f"在{chance.choice(PLACES)}县第{number + 1}次{chance.choice(MATTERS)}工作会议上的讲话\n\n同志们：\n\n"
    yield "今天我们开会，下面我就今年的工作讲几点意见。\n\n"
    yield from (_item(seed, number, item).text for item in range(ITEMS))
