"""Numerals and units of Chinese text: what they look like, and what they are worth."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

__all__ = ["DIGIT", "DIGITS", "FREQUENCIES", "NUMERAL", "TIMES", "UNIT", "UNITS", "chinese_value"]

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "○": 0, "两": 2, "俩": 2, "仨": 3}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
TIMES = _POWERS | _LARGE | {"百万": 10**6, "千万": 10**7, "万亿": 10**12}

DIGIT = "[零〇○一二两俩仨三四五六七八九]"
_CHARACTER = "[零〇○一二两俩仨三四五六七八九十百千万亿]"
_CHINESE = f"(?:{_CHARACTER}+?(?=千[瓦米克])|{_CHARACTER}+)(?:点{DIGIT}+)?"
_ARABIC = r"(?<![\d.])\d+(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
NUMERAL = f"(?:{_ARABIC}|{_CHINESE})"


def _units(rows: str) -> Iterator[tuple[str, tuple[str, Fraction]]]:
    for row in rows.strip().splitlines():
        family, size, *names = row.split()
        yield from ((name, (family, Fraction(size))) for name in names)


# Family of a unit, how many of the family's smallest unit it is, its names. Counting words are one family, because a
# paraphrase changes them at will (户 家 个); but 工作日 is no day, 人次 no person.
UNITS = dict(
    _units(
        """
        yuan 1 元 块钱 元钱 元人民币
        块 1 块
        美元 1 美元
        欧元 1 欧元
        港元 1 港元
        日元 1 日元
        人次 1 人次 户次 家次
        岁 1 岁
        工作日 1 工作日 个工作日
        minute 1/60 秒
        minute 1 分钟
        minute 60 小时 个小时 钟头 个钟头
        minute 1440 天 日 号
        minute 10080 周 星期 个星期 个礼拜
        month 1 个月 月
        month 3 季度 个季度
        month 12 年 年度 周年 个年头
        ratio 1/100 %
        ratio 1/1000 ‰
        ratio 1/10 成 折
        百分点 1 百分点 个百分点
        倍 1 倍
        metre 1000 公里 千米
        metre 500 里
        metre 1 米
        metre 1/100 厘米
        square-metre 1 平方米 平米 m2
        square-metre 1000000 平方公里 km2
        square-metre 10000 公顷
        square-metre 2000/3 亩
        cubic-metre 1 立方米 方
        gram 1000000 吨
        gram 1000 公斤 千克
        gram 500 斤
        kilowatt-hour 1 千瓦时 度电 度
        kilowatt 1 千瓦
        count 1 个 家 户 名 位 人 项 条 件 起 宗 种 类 批 套 张 份 栋 幢 座 处 所 间 辆 台 只 头 门 道 部
        count 1 篇 枚 场 次 趟 回 遍 笔 组 支 班 轮 届 级 层 步 点 款 章 节 字 扇 本 册 封 票 桌 期 版
        count 1 环 口 片 棵 株 架 艘 列 员 企 村 镇 县 市 省 区 局 站 线 街 校 岗 大 通 窗 根 颗 粒 枝 幅
        count 1 对 双 副 顶 把 盏 顿 箱 桶 车 船 袋 包 盒 桩 档 样 茬 拨 伙 杯 首 幕 匹 标箱 个人 家企业
        """
    )
)
UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
FREQUENCIES = dict(
    _units(
        """
        month 12 年 年度
        month 6 半年
        month 3 季 季度
        month 1 月
        minute 14400 旬
        minute 10080 周 星期
        minute 1440 天 日
        """
    )
)


def chinese_value(numeral: str) -> Fraction | None:
    """The value of a Chinese or Arabic numeral, None where it is not well formed: 一千二百 → 1200, 二〇二三 → 2023."""
    if numeral[0].isdecimal():
        return Fraction(numeral.replace(",", ""))
    whole, _, decimals = numeral.partition("点")
    value = _whole_value(whole)
    if value is None or not decimals:
        return value
    return value + Fraction(int("".join(str(DIGITS[one]) for one in decimals)), 10 ** len(decimals))


@cache
def _whole_value(numeral: str) -> Fraction | None:
    if not set(numeral) & set("十百千万亿"):
        plain = len(numeral) == 1 or bool(set(numeral) & set("〇零○"))
        return Fraction("".join(str(DIGITS[one]) for one in numeral)) if plain else None
    total = section = 0
    digit: int | None = None
    for character in numeral:
        if character in DIGITS:
            if digit:
                return None
            digit = DIGITS[character]
        elif character in _POWERS:
            section += (digit or 1) * _POWERS[character]
            digit = None
        else:
            below = section + (digit or 0)
            # 亿 multiplies all that stands in front of it (三万亿), 万 what stands behind 亿 (两亿四千万).
            total = (total + below or 1) * _LARGE["亿"] if character == "亿" else total + (below or 1) * _LARGE["万"]
            section, digit = 0, None
    if digit and numeral[-2:-1] in TIMES and numeral[-2] != "十" and len(numeral) > 2:
        digit *= TIMES[numeral[-2]] // 10  # 三万二 is 32,000, 一百二 120
    return Fraction(total + section + (digit or 0))
