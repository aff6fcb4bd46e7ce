"""The words for signing in, for one's own account and for the users, in Chinese and in English."""

from dataclasses import dataclass

LOCAL_ONLY = (
    "这台服务器还没有用户，只能在本机上用 http://localhost 或 http://127.0.0.1 打开。"
    "要让其他机器也能使用，请在本机上添加管理员：askspeech user add NAME --role administrator\n"
    "This server has no users yet, so it can only be opened on the machine itself, at http://localhost or "
    "http://127.0.0.1, not through a proxy and not from another site. To use it from elsewhere, add an administrator "
    "there: askspeech user add NAME --role administrator"
)
OTHER_HOST = (
    "服务器不接受这个域名。请用管理员提供的网址打开；要使用这个域名，请在服务器上设置 ASKSPEECH_ALLOWED_HOSTS。\n"
    "The server does not answer under this name. Open it by the address that its administrator gave you; to use this "
    "name, set ASKSPEECH_ALLOWED_HOSTS on the server, such as ASKSPEECH_ALLOWED_HOSTS=speeches.example.org"
)


@dataclass(frozen=True)
class PeopleTexts:
    """The words in one language."""

    sign_in: str
    sign_in_button: str
    sign_in_wrong: str
    sign_in_wait: str
    sign_in_busy: str
    sign_in_after_out: str
    sign_in_after_end: str
    sign_in_forgotten: str
    sign_in_first: str
    sign_in_first_note: str
    sign_in_first_button: str
    user_name: str
    password: str
    password_again: str
    password_rule: str
    password_differs: str
    password_change: str
    password_now: str
    password_new: str
    password_save: str
    account: str
    signed_in_as: str
    sign_out: str
    sign_out_everywhere: str
    to_pages: str
    role: str
    role_reader: str
    role_administrator: str
    role_reader_note: str
    role_administrator_note: str
    people_none: str
    people_to_first: str
    people_reader: str
    people_list: str
    people_created: str
    people_signed_in: str
    people_never: str
    people_sessions: str
    people_sessions_note: str
    password_show: str
    people_local_only: str
    people_add: str
    people_add_button: str
    people_added: str
    people_manage: str
    people_choose: str
    people_choose_first: str
    people_set_role: str
    people_role_set: str
    people_reset: str
    people_reset_done: str
    people_end_sessions: str
    people_sessions_ended: str
    people_remove: str
    people_remove_really: str
    people_remove_confirm: str
    people_removed: str
    people_not_yourself: str


CHINESE_PEOPLE = {
    "sign_in": "登录",
    "sign_in_button": "登录",
    "sign_in_wrong": "用户名或密码不对。",
    "sign_in_wait": "尝试次数过多，请在 {seconds} 秒后再试。",
    "sign_in_busy": "现在登录的人太多，请稍后再试。",
    "sign_in_after_out": "已退出登录。",
    "sign_in_after_end": "登录已结束，请重新登录。",
    "sign_in_forgotten": "忘记密码时，请管理员在“用户”页面重设。",
    "sign_in_first": "添加第一位管理员",
    "sign_in_first_note": "添加以后，所有人都要登录才能使用；此前保存的对话归这位管理员所有。",
    "sign_in_first_button": "添加并登录",
    "user_name": "用户名",
    "password": "密码",
    "password_again": "再输入一次密码",
    "password_rule": "至少 8 个字符，不能与用户名相同。",
    "password_differs": "两次输入的密码不一致。",
    "password_change": "修改密码",
    "password_now": "现在的密码",
    "password_new": "新密码",
    "password_save": "保存新密码",
    "account": "我的账号",
    "signed_in_as": "已登录：{name}（{role}）",
    "sign_out": "退出登录",
    "sign_out_everywhere": "在所有设备上退出",
    "to_pages": "返回提问",
    "role": "角色",
    "role_reader": "读者",
    "role_administrator": "管理员",
    "role_reader_note": "读者可以检索、提问、阅读和导出。",
    "role_administrator_note": "管理员还可以管理资料库和用户。",
    "people_none": "还没有用户：这台机器上的任何人都可以使用和管理，其他机器不能访问。",
    "people_to_first": "添加第一位管理员",
    "people_reader": "用户由管理员管理。",
    "people_list": "用户",
    "people_created": "添加时间",
    "people_signed_in": "最近登录",
    "people_never": "从未登录",
    "people_sessions": "未退出的登录",
    "people_sessions_note": "“未退出的登录”包括已经关掉的浏览器：没有点“退出登录”的都算在内。",
    "password_show": "显示密码",
    "people_local_only": "服务器现在只接受本机的连接：其他机器打不开这个网址，除非经过本机的反向代理（如 nginx）。"
    "要直接让别的机器访问，请设置 ASKSPEECH_HOST=0.0.0.0 后重新启动。",
    "people_add": "添加用户",
    "people_add_button": "添加",
    "people_added": "已添加用户 {name}。",
    "people_manage": "管理一位用户",
    "people_choose": "用户",
    "people_choose_first": "请先选择一位用户。",
    "people_set_role": "更改角色",
    "people_role_set": "{name} 现在是{role}，需要重新登录。",
    "people_reset": "重设密码",
    "people_reset_done": "已重设 {name} 的密码，需要用新密码重新登录。",
    "people_end_sessions": "让其退出登录",
    "people_sessions_ended": "{name} 已在所有设备上退出。",
    "people_remove": "删除用户",
    "people_remove_really": "确定删除用户 {name}？其对话从此谁也看不到，以后添加的同名用户也看不到。",
    "people_remove_confirm": "删除",
    "people_removed": "已删除用户 {name}。",
    "people_not_yourself": "不能在这里更改自己的角色，也不能删除自己：请另一位管理员来做。",
}
ENGLISH_PEOPLE = {
    "sign_in": "Sign in",
    "sign_in_button": "Sign in",
    "sign_in_wrong": "The name or the password is wrong.",
    "sign_in_wait": "Too many tries: wait {seconds} seconds, then try again.",
    "sign_in_busy": "Too many people are signing in just now: try again in a moment.",
    "sign_in_after_out": "You are signed out.",
    "sign_in_after_end": "You were signed out. Sign in again.",
    "sign_in_forgotten": "Forgotten the password? An administrator can give you another on the page “People”.",
    "sign_in_first": "Add the first administrator",
    "sign_in_first_note": ("From then on everybody signs in; conversations kept so far become this administrator’s."),
    "sign_in_first_button": "Add and sign in",
    "user_name": "Name",
    "password": "Password",
    "password_again": "The password once more",
    "password_rule": "At least 8 characters, and not the name.",
    "password_differs": "The two passwords differ.",
    "password_change": "Change the password",
    "password_now": "Present password",
    "password_new": "New password",
    "password_save": "Save the new password",
    "account": "My account",
    "signed_in_as": "Signed in as {name} ({role})",
    "sign_out": "Sign out",
    "sign_out_everywhere": "Sign out on all devices",
    "to_pages": "Back to asking",
    "role": "Role",
    "role_reader": "reader",
    "role_administrator": "administrator",
    "role_reader_note": "A reader searches, asks, reads and exports.",
    "role_administrator_note": "An administrator also manages the library and the users.",
    "people_none": "There are no users: anybody at this machine may use and manage everything, no other machine may.",
    "people_to_first": "Add the first administrator",
    "people_reader": "Administrators manage the users.",
    "people_list": "Users",
    "people_created": "Added",
    "people_signed_in": "Last signed in",
    "people_never": "never",
    "people_sessions": "Sign-ins not ended",
    "people_sessions_note": "“Sign-ins not ended” counts browsers that were closed without signing out.",
    "password_show": "Show the password",
    "people_local_only": "The server takes connections from this machine alone: nobody else can open this address, "
    "except through a reverse proxy here (such as nginx). To let other machines in, set ASKSPEECH_HOST=0.0.0.0 and "
    "start it again.",
    "people_add": "Add a user",
    "people_add_button": "Add",
    "people_added": "The user {name} is added.",
    "people_manage": "Manage a user",
    "people_choose": "User",
    "people_choose_first": "Choose a user first.",
    "people_set_role": "Change the role",
    "people_role_set": "{name} is {role} now, and has to sign in again.",
    "people_reset": "Reset the password",
    "people_reset_done": "{name} has a new password, and has to sign in with it.",
    "people_end_sessions": "Sign out everywhere",
    "people_sessions_ended": "{name} is signed out on all devices.",
    "people_remove": "Remove",
    "people_remove_really": (
        "Really remove the user {name}? Nobody sees the conversations any more, nor does a later user of the same name."
    ),
    "people_remove_confirm": "Remove",
    "people_removed": "The user {name} is removed.",
    "people_not_yourself": "You cannot change your own role here, nor remove yourself: ask another administrator.",
}
