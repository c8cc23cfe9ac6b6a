"""What the acts of the log 操作日志 are called."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.text import Text

ACTS: Mapping[str, Text] = {
    "sign_on": Text("登录", "Signed on"),
    "sign_on_by_ticket": Text("网银客户登录", "Signed on from the online bank"),
    "sign_on_failed": Text("登录失败", "Sign-on failed"),
    "sign_off": Text("退出", "Signed off"),
    "code_sent": Text("发送动态密码", "Code sent"),
    "nickname_set": Text("昵称设置", "Nickname set"),
    "operator_bound": Text("操作员绑定", "Operator bound"),
    "operator_changed": Text("操作员资料变更", "Operator changed"),
    "operator_unbound": Text("操作员解绑", "Operator unbound"),
    "notice_published": Text("公告发布", "Notice published"),
    "notice_withdrawn": Text("公告撤销", "Notice withdrawn"),
}
"""Every act by its code, of either side."""


def act_name(act: str) -> Text:
    """What an act is called; one that has lost its name is shown by its code."""
    return ACTS.get(act, Text(act, act))
