"""Which rule a segment of interest was counted by, and where that rule is said: every line of an interest statement names it."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.text import Text


@dataclass(frozen=True, slots=True)
class InterestRule:
    """A way of counting interest: the code statements keep, its words, and its source (line of the manual or decision)."""

    code: str
    text: Text
    source: str


ACCUMULATED = InterestRule(
    "accumulated",
    Text("积数 × 结息日或销户日活期利率", "products at the demand rate of the settlement or closing day"),
    "IB 2740, 3979",
)
ABOVE_BASE = InterestRule(
    "above_base",
    Text("协议存款:超过额度部分的积数 × 协定利率", "agreement deposit: products above the base at the agreed rate"),
    "IB 2472-2473, 3975-3976",
)
AGREED = InterestRule(
    "agreed",
    Text("到期部分:按开户日或转存日利率,整月及零头天数", "to maturity at the rate of the opening or renewal day, months and odd days"),
    "decision 0008",
)
EARLY = InterestRule(
    "early", Text("提前支取:实际天数,支取日活期利率", "early: actual days at the demand rate of the withdrawal day"), "IB 995"
)
OVERDUE = InterestRule(
    "overdue", Text("逾期部分:实际天数,支取日活期利率", "overdue: actual days at the demand rate of the withdrawal day"), "decision 0008"
)
BEFORE_HOLIDAY = InterestRule(
    "before_holiday", Text("节假日前强行销户:原利率,实存天数", "closed before a holiday: the agreed rate for the actual days"), "IB 421"
)
TIER = InterestRule(
    "tier",
    Text("定活两便:销户日同档次整存整取利率打折", "optional: a share of the closing day's time rate of the tier reached"),
    "IB 1070",
)
BELOW_TIERS = InterestRule(
    "below_tiers", Text("定活两便:不满最低档次,活期利率", "optional: shorter than the lowest tier, the demand rate"), "IB 1073"
)
INSTALMENTS = InterestRule(
    "instalments",
    Text("到期部分:月积数 × 开户日零存整取利率", "to maturity by monthly products at the instalment rate of the opening day"),
    "IB 1118; decision 0008",
)
EARLY_INSTALMENTS = InterestRule(
    "early_instalments",
    Text("提前支取:日积数 × 支取日活期利率", "early: daily products at the demand rate of the withdrawal day"),
    "decision 0008",
)
DRAWING = InterestRule("drawing", Text("存本取息:每期等额利息", "interest drawn in equal parts"), "IB 1195")
DRAWN_BEFORE = InterestRule("drawn_before", Text("减:已取利息", "less the interest that was drawn before"), "decision 0008")
NOTICE_KEPT = InterestRule(
    "notice_kept", Text("按约定支取:实际天数,支取日通知存款利率", "as announced: actual days at the notice rate of the day"), "IB 1228"
)
NOTICE_BROKEN = InterestRule(
    "notice_broken",
    Text("违反约定部分:实际天数,活期利率", "what deviates from the notice: actual days at the demand rate"),
    "IB 1231; decision 0008",
)
CERTIFIED = InterestRule(
    "certified",
    Text("凭证明:月积数 × 开户日同档次整存整取利率,免税", "certified: monthly products at the opening day's time rate, untaxed"),
    "IB 1327",
)
CERTIFIED_EARLY = InterestRule(
    "certified_early",
    Text("凭证明提前支取:日积数 × 实存档次利率,免税", "certified and early: daily products at the tier it really lay, untaxed"),
    "decision 0008",
)

RULES: dict[str, InterestRule] = {
    rule.code: rule
    for rule in (
        ACCUMULATED,
        ABOVE_BASE,
        AGREED,
        EARLY,
        OVERDUE,
        BEFORE_HOLIDAY,
        TIER,
        BELOW_TIERS,
        INSTALMENTS,
        EARLY_INSTALMENTS,
        DRAWING,
        DRAWN_BEFORE,
        NOTICE_KEPT,
        NOTICE_BROKEN,
        CERTIFIED,
        CERTIFIED_EARLY,
    )
}
"""The rules by the codes that statements keep."""
