"""WeChat log-ins: known by openid, bound to a person by a code that an office handed out."""
