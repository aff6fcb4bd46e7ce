"""Fixtures that several test files share: a small corpus written for the tests, and the real index built of it."""

import fcntl
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from askspeech import Answerer, SpeechIndex
    from askspeech.conversations import Conversations

# Before anything imports a model library: no test may look for a model on the network.
os.environ["HF_HUB_OFFLINE"] = "1"

# Tests make applications and throw them away by the hundred: looking for cycles as often as usual takes a seventh of
# their time.
gc.set_threshold(20_000, 20, 20)

settings.register_profile("normal", derandomize=True, deadline=None, database=None, max_examples=200)
settings.register_profile("ci", settings.get_profile("normal"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "normal"))

pytest.register_assert_rewrite("tests.browser")

REPOSITORY = Path(__file__).resolve().parents[1]

OPENING = """在青禾县优化营商环境动员大会上的讲话

同志们：

今天召开全县优化营商环境动员大会，主要任务是总结经验、查摆问题、部署工作，动员全县上下以更大决心打造一流营商环境。下面，我讲三点意见。

一、提高认识，增强优化营商环境的紧迫感

营商环境就是生产力。去年全县新登记市场主体3260户，增长百分之十二，但是项目审批平均用时仍比邻县多九个工作日，企业意见较大。有的窗口一问三不知，有的部门互相推诿，群众跑断了腿。对这些问题，我们必须正视，不能护短，更不能把客观困难当作借口。

二、突出重点，抓好四件实事

一要推行帮办代办。由县行政审批局牵头，在青禾县政务大厅设立“银杏帮办专窗”，抽调二十名业务骨干，为投资五千万元以上的项目提供全程免费代办服务，五个工作日内办结开工前的全部手续。

二要清理拖欠账款。由县财政局牵头，六月底前建立政府拖欠企业账款台账，写明每一笔欠款的金额、成因、责任人和还款时间，到期不还的要约谈主要负责人。

三要选派驻企联络员。从县直单位选派一百名干部担任驻企联络员，每月至少到企业走访两次，收集困难诉求，宣讲惠企政策，协调解决用工、用地、用电三类难题。

四要降低物流成本。由县交通运输局牵头，开通青禾至临港的货运班列，对首次使用班列的企业给予每箱xx元补贴，力争全年发运XX列。

三、严肃纪律，确保各项任务落到实处

县纪委监委要设立营商环境监督电话，对吃拿卡要、推诿扯皮的行为发现一起、查处一起、通报一起。各乡镇每季度向县委报告一次进展，年底组织企业家打分评议，评议结果作为干部考核的重要依据。

同志们，优化营商环境没有旁观者。让我们撸起袖子加油干，为建设富裕美丽的新青禾作出更大贡献！
"""

FORUM = """在云陵市民营企业家座谈会上的讲话

各位企业家、同志们：

很高兴和大家面对面交流。刚才九位企业家作了发言，讲得很实在，我听了深受启发。借此机会，我谈几点想法。

第一，坚定信心。去年云陵市民营经济增加值占全市生产总值的比重达到百分之六十三，民营企业贡献了七成以上的税收和八成以上的就业岗位。实践证明，民营经济是云陵发展的脊梁，过去是，现在是，将来也是。

第二，破解融资难题。市金融办要建好“云企贷”平台，对信用等级在三级以上的小微企业，发放最高三百万元的无抵押信用贷款，利率不高于百分之四点二。政府设立两亿元风险补偿资金池，银行损失由资金池承担百分之四十。

第三，保护企业家权益。严禁超权限、超范围查封扣押企业财产。市公安局、市检察院要联合建立涉企案件快速办理机制，一般涉企案件三十日内办结。对恶意诋毁企业家名誉的行为，要依法严厉打击。

第四，构建亲清政商关系。党员干部要主动上门、坦荡真诚，做到有求必应、无事不扰。企业家也要讲真话、谈实情、走正道，共同营造风清气正的政商环境。市委每年召开两次座谈会，直接听取大家的意见。

谢谢大家！
"""

TEXTS = {"county/opening.txt": OPENING, "forum.txt": FORUM}


# The files that take longest: begun last, they would keep one worker of pytest-xdist busy while the others idle.
LONGEST = (
    "test_torture.py",
    "test_chroma_server.py",
    "test_security.py",
    "test_browser_library_more.py",
    "test_rebuilding.py",
    "test_same_everywhere.py",
    "test_browser_trouble.py",
    "test_indexing.py",
    "test_injection.py",
    "test_browser_accessibility.py",
    "test_browser.py",
    "test_browser_library.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, where files are given out to workers as these become free."""
    if hasattr(config, "workerinput"):
        ranks = {name: rank for rank, name in enumerate(LONGEST)}
        items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ASKSPEECH_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def corpus_texts() -> dict[str, str]:
    """The texts of the test corpus by file: one speech in each."""
    return dict(TEXTS)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the test corpus; not to be changed by a test."""

    def write(root: Path) -> None:
        for name, text in TEXTS.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    return _made_once("corpus", write, tmp_path_factory)


@pytest.fixture(scope="session")
def store(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the index of the test corpus; not to be changed by a test."""
    return _built(corpus, "store", tmp_path_factory)


@pytest.fixture(scope="session")
def index(store: Path) -> Iterator["SpeechIndex"]:
    """The open index of the test corpus."""
    from askspeech import SpeechIndex

    with SpeechIndex.open(store) as opened:
        yield opened


@pytest.fixture(scope="session")
def answerer(index: "SpeechIndex") -> "Answerer":
    """Answers from the test corpus."""
    from askspeech import Answerer

    return Answerer(index)


@pytest.fixture(scope="session")
def samples(repository: Path) -> Path:
    """The folder of the texts that the samples in ingest/samples were made of."""
    return repository / "tests" / "data" / "samples"


@pytest.fixture(scope="session")
def samples_store(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the index of the samples; not to be changed by a test."""
    return _built(samples, "samples-store", tmp_path_factory)


@pytest.fixture(scope="session")
def samples_index(samples_store: Path) -> Iterator["SpeechIndex"]:
    """The open index of the samples."""
    from askspeech import SpeechIndex

    with SpeechIndex.open(samples_store) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A browser; the test files that need one have `tests.browser.marks`."""
    from tests.browser import launched

    with launched() as program:
        yield program


@pytest.fixture(scope="module")
def conversations() -> "Conversations | None":
    """Where the page of a test file keeps conversations: nowhere, unless the file says where."""
    return None


@pytest.fixture(scope="module")
def address(conversations: "Conversations | None") -> Iterator[str]:
    """A page over the invented speeches."""
    from tests.browser import serving_fakes

    with serving_fakes(kept=conversations) as started:
        yield started


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    """That page, open in a browser, which must complain of nothing."""
    from tests.browser import opened

    with opened(browser, address) as ready:
        yield ready


def _built(folder: Path, name: str, factory: pytest.TempPathFactory) -> Path:
    """A copy, for this worker alone, of a store that is built once."""
    from askspeech import build_index

    built = _made_once(name, lambda store: build_index([folder], store=store), factory)
    return Path(shutil.copytree(built, factory.mktemp(f"own-{name}"), dirs_exist_ok=True))


def _made_once(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """A folder that is made by whichever worker of pytest-xdist needs it first, and is there for all of them."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            drafted = folder.with_suffix(".draft")
            make(drafted)
            drafted.rename(folder)
    return folder
