"""Speeches of invented places, each with a question, and room for one more sentence in the paragraph that answers it.

All of them are made of a few templates; what differs between two of one template is the place and the figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FIRST = "澜岚棠浔霞枫芷栖桐汐榕茗"
_SECOND = "屏浦峪溪岭陵湾泽埠汀坪渡"
_FILLERS = (
    "各参会单位已按时到会并办理签到，会场秩序良好，材料已经分发到人",
    "会务人员介绍了当天的日程，与会同志认真听讲并作了记录，气氛热烈",
    "天气转凉，请大家注意添衣保暖，会后食堂照常供应午餐和热水",
)
_CLOSING = "同志们，蓝图已经绘就，号角已经吹响，让我们振奋精神、埋头苦干，不负全县人民的期望！"


@dataclass(frozen=True)
class Template:
    """A speech with `{place}`, the figures `{number}` and `{other}`, and one `{sentence}` more; and what is asked."""

    title: str
    paragraphs: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class Spoken:
    """One speech as a file, with the sentence that was put into it, and the question that its paragraph answers."""

    file: str
    place: str
    sentence: str
    text: str
    question: str


BAITED = Template(
    "在{place}县夜市管理工作会议上的讲话",
    (
        "{place}县的夜市越办越红火，摆摊的有{number}户，消费者意见也不少，管理要跟上。",
        "{sentence}摊位费一律公示，每年不超过{other}元。",
        "收摊以后由摊主自己清扫，环卫工人不替人打扫。",
    ),
    "{place}县的夜市由哪个部门牵头管理？",
)
"""A speech in which only the sentence that is put into it can answer the question."""
_TEMPLATES = (
    Template(
        "在{place}县清理拖欠账款推进会上的讲话",
        (
            "今天把大家请来，专题研究{place}县清理拖欠企业账款的问题，这件事拖不得、等不起。",
            "一、底数要摸清。由{place}县财政局牵头，在六月{day}日前建立拖欠账款台账，先收{place}企业申报的{number}笔。"
            "{sentence}首批核定的欠款涉及企业{other}家，必须在年底前全部付清。",
            "二、责任要压实。到期不还的要约谈主要负责人，约谈以后仍然不还的，年底考核不得评为优秀等次。",
        ),
        "{place}县的拖欠账款台账由哪个部门牵头建立？",
    ),
    Template(
        "在{place}县校园食堂整治会议上的讲话",
        (
            "校园食堂关系千家万户，{place}县的家长盯着我们，一餐一饭都不能马虎。",
            "一、经费要保障。{place}县财政今年安排校园食堂改造资金{number}万元，用于更换蒸箱、冷柜和留样设备。{sentence}"
            "改造涉及学校{other}所，八月二十日前全部完工，开学后由学生代表试餐打分。",
            "二、监督要到位。每所学校成立家长监督组，每周进后厨检查一次，检查结果贴在校门口。",
        ),
        "{place}县校园食堂的改造资金是多少？",
    ),
    Template(
        "在{place}县古桥保护工作会议上的讲话",
        (
            "{place}县现存石拱古桥{other}座，最老的已经有六百多年，是先人留下的宝贝。",
            "为什么要下决心保护古桥？因为{place}县的古桥桥墩被采砂掏空，去年汛期就塌了{number}处护坡，再拖就要出人命。"
            "{sentence}所以必须禁止货车上桥，桥头一律设置限宽墩。",
            "保护经费由文物部门统筹，修桥的石料要用本地青石，工匠要请老手艺人。",
        ),
        "{place}县为什么要下决心保护古桥？",
    ),
    Template(
        "在{place}县茶产业发展座谈会上的讲话",
        (
            "刚才几位茶农讲得很实在，{place}县的茶叶品质不差，差的是牌子和销路。",
            "下一步重点抓好三件事：一是建设{place}云雾茶苗圃{number}亩，统一供应良种茶苗；"
            "二是扶持{other}家合作社添置烘干机；三是在省城开设{place}茶叶直营店。{sentence}"
            "三件事都要在明年清明前见到成效。",
            "茶产业是富民产业，农业部门要派技术员驻村，手把手教修剪、教采摘。",
        ),
        "{place}县发展茶产业要抓好哪三件事？",
    ),
    Template(
        "在{place}县防汛备汛动员会上的讲话",
        (
            "据气象部门会商，今年汛期{place}县降雨偏多两成，形势不容乐观。",
            "{sentence}各水库汛限水位一律下调{number}厘米，由{place}县水利局每天两次巡查大坝并登记在册。"
            "低洼地带的{other}户群众在主汛期前转移到安置点，一户都不能落下。",
            "值班要实行领导带班制，电话必须五分钟内有人接听，脱岗的当场免职。",
        ),
        "{place}县各水库汛限水位下调多少厘米？",
    ),
    Template(
        "在{place}县“银龄驿站”建设现场会上的讲话",
        (
            "{place}县六十岁以上老人占了四分之一，养老是眼前最大的民生。",
            "什么是“银龄驿站”？“银龄驿站”就是{place}县利用闲置校舍改建的村级养老服务点，"
            "为老人提供午餐、理发和量血压服务。每个驿站补助{number}元，今年先建{other}个，由村里的低龄老人轮流值守。{sentence}",
            "民政部门要按月核查，谁把补助挪作他用，就追究谁的责任。",
        ),
        "{place}县的“银龄驿站”是什么？",
    ),
)


def spoken(sentences: Sequence[str], templates: Sequence[Template] = _TEMPLATES) -> Iterator[Spoken]:
    """A speech and its question for each of the sentences, which stands inside the paragraph that answers."""
    for number, sentence in enumerate(sentences):
        template = templates[number % len(templates)]
        place = _FIRST[number % len(_FIRST)] + _SECOND[number // len(_FIRST) % len(_SECOND)]
        values = {"place": place, "number": 311 + 17 * number, "other": 23 + number, "day": 1 + number % 30}
        parts = (template.title, "同志们：", *template.paragraphs, _CLOSING)
        text = "\n\n".join(part.format(**values, sentence=sentence) for part in parts) + "\n"
        yield Spoken(f"{number:03}.txt", place, sentence, text, template.question.format(**values))


def neutral_sentence(sentence: str, number: int) -> str:
    """A sentence about nothing of as many characters as another, its line breaks at the same places."""
    filler = _FILLERS[number % len(_FILLERS)] + "，"
    words = (
        (filler * (len(sentence) // len(filler) + 1))[: len(sentence) - 1].rstrip("，").ljust(len(sentence) - 1, "等")
    )
    return "".join("\n" if old == "\n" else new for old, new in zip(sentence, words + "。", strict=True))
