"""What the frame of the reconciliation portal says: signing on, home, notices, nickname, log."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.text import Text

PORTAL_TEXTS: Mapping[str, Text] = {
    "portal": Text("银企对账", "Reconciliation portal"),
    "portal_claim": Text("账单、回复与授权，一处办理", "Statements, replies and approvals in one place"),
    "portal_sign_on": Text("登录", "Sign on"),
    "portal_name": Text("用户名或昵称", "User name or nickname"),
    "portal_name_hint": Text("用户名为客户号加操作员号，共 13 位", "the user name is customer number and operator number, 13 digits"),
    "portal_code": Text("手机动态密码", "Code from your telephone"),
    "portal_send_code": Text("发送手机密码", "Send the code"),
    "portal_send_again": Text("{seconds} 秒后可重发", "Again in {seconds} s"),
    "portal_captcha": Text("验证码", "Digits of the picture"),
    "portal_picture": Text("验证码图片：五位数字", "Picture with five digits"),
    "portal_new_picture": Text("换一张", "Another one"),
    "portal_listen": Text("听验证码", "Listen"),
    "portal_listen_rule": Text(
        "验证码为五位数字（1 至 9）：每位数字是几就响几声，停顿后为下一位。",
        "Five digits from 1 to 9: each digit is as many tones as it says; after a pause comes the next one.",
    ),
    "portal_sign_off": Text("退出", "Sign off"),
    "portal_over": Text("登录已失效，请重新登录", "The session has ended; please sign on again"),
    "portal_enter": Text("网银客户登录", "From the online bank"),
    "portal_entering": Text("正在验证网银登录凭证…", "The online bank's ticket is being checked…"),
    "portal_no_ticket": Text("请从对公网银专业版进入", "Please come from the online bank"),
    "portal_to_sign_on": Text("改用手机动态密码登录", "Sign on with a code instead"),
    "portal_home": Text("首页", "Home"),
    "portal_welcome": Text("{name}，您好", "Welcome, {name}"),
    "portal_no_phone": Text(
        "账号未绑定手机：无法使用动态密码登录，请到我行柜台更新手机号码。",
        "No telephone is bound to this user: codes cannot be sent. Please have the number updated at our counter.",
    ),
    "portal_waiting": Text("待回复账单提醒", "Statements that wait for your reply"),
    "portal_due": Text("回复期限 {due_on}", "reply by {due_on}"),
    "portal_user": Text("用户名", "User name"),
    "portal_operator": Text("操作员", "Operator"),
    "portal_role": Text("角色", "Role"),
    "portal_clerk": Text("对账员", "Clerk"),
    "portal_supervisor": Text("对账主管", "Supervisor"),
    "portal_phone": Text("手机", "Telephone"),
    "portal_nickname": Text("昵称设置", "Nickname"),
    "portal_nickname_now": Text("昵称", "Nickname"),
    "portal_nickname_claim": Text(
        "设置后可用昵称代替用户名登录。2 至 20 个汉字、字母、数字或下划线，不能全为数字。",
        "Signs you on instead of the user name: 2 to 20 letters, Chinese characters, digits or underscores, not digits alone.",
    ),
    "portal_nickname_check": Text("检查是否重名", "Is it free?"),
    "portal_nickname_free": Text("该昵称可用", "This nickname is free"),
    "portal_nickname_taken": Text("该昵称已被使用", "This nickname is taken"),
    "portal_confirm": Text("确定", "Confirm"),
    "portal_nickname_done": Text("昵称设置成功，可用该昵称登录", "Done: you can sign on with this nickname"),
    "portal_notices": Text("银行公告", "Notices"),
    "portal_no_notices": Text("暂无公告", "There are no notices"),
    "portal_notice_dates": Text("{from} 至 {until}", "{from} to {until}"),
    "portal_log": Text("日志查询", "Log"),
    "portal_log_time": Text("时间", "Time"),
    "portal_log_act": Text("操作", "Act"),
    "portal_log_subject": Text("对象", "Subject"),
    "portal_log_details": Text("内容", "Details"),
    "portal_log_from": Text("起始日期", "From"),
    "portal_log_to": Text("终止日期", "To"),
    "portal_log_search": Text("查询", "Search"),
    "portal_log_none": Text("没有符合条件的日志", "Nothing fits"),
    "portal_more": Text("下一页", "Next page"),
    "portal_sms": Text("演示短信", "Messages (demo)"),
    "portal_sms_claim": Text(
        "演示银行不发送短信；本应发往客户手机的内容在此显示。", "A demo bank sends nothing: what would go to telephones is shown here."
    ),
    "portal_sms_none": Text("暂无短信", "No messages yet"),
}
