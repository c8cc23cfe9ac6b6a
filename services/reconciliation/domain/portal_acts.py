"""What the acts of the log 操作日志 are called."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.text import Text

ACTS: Mapping[str, Text] = {
    "recon.portal.sign_on": Text("登录", "Signed on"),
    "recon.portal.ticket": Text("网银客户登录", "Signed on from the online bank"),
    "recon.portal.sign_on_failed": Text("登录失败", "Sign-on failed"),
    "recon.portal.sign_off": Text("退出", "Signed off"),
    "recon.portal.code": Text("发送动态密码", "Code sent"),
    "recon.nickname.set": Text("昵称设置", "Nickname set"),
    "recon.operator.bound": Text("操作员绑定", "Operator bound"),
    "recon.operator.changed": Text("操作员资料变更", "Operator changed"),
    "recon.operator.unbound": Text("操作员解绑", "Operator unbound"),
    "recon.notice.published": Text("公告发布", "Notice published"),
    "recon.notice.withdrawn": Text("公告撤销", "Notice withdrawn"),
    "recon.arrangement.set": Text("对账约定维护", "Arrangement set"),
    "recon.statement.generate": Text("账单生成", "Statements made"),
    "recon.statement.fetch": Text("获取账单", "Statement fetched"),
    "recon.statement.reply_balance": Text("余额对账回复", "Reply to a balance statement"),
    "recon.statement.reply_detail": Text("明细对账回复", "Reply to a detail statement"),
    "recon.statement.reply_again": Text("重新回复与满意度", "Replied again"),
    "recon.statement.adjustment": Text("未达账务调节表", "Adjustment sheet kept"),
    "recon.statement.recall": Text("撤回回复", "Reply recalled"),
    "recon.statement.approve": Text("账单授权", "Decided on a reply"),
    "recon.statement.investigate": Text("账单核查与反馈", "Investigated and answered"),
    "recon.statement.paper": Text("账单下载", "Statement downloaded"),
    "recon.matching.match": Text("账务勾对", "Book matched"),
    "recon.matching.join": Text("人工勾对", "Matched by hand"),
    "recon.matching.part": Text("取消勾对", "Match taken apart"),
}
"""Every act by its code, of either side."""


def act_name(act: str) -> Text:
    """What an act is called; one that has lost its name is shown by its code."""
    return ACTS.get(act, Text(act, act))
