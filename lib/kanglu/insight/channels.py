"""By which way people are reached, in words."""

from kanglu.i18n import Words


def channel_text(channel: str | None, _: Words) -> str:
    """By which way, in words."""
    return {
        "phone": _("telephone"),
        "voice": _("voice call"),
        "sms": _("text message"),
        "wechat": _("WeChat"),
        "app": _("app"),
        "email": _("e-mail"),
        "letter": _("letter"),
        "visit": _("visit"),
    }.get(channel or "", channel or "")
