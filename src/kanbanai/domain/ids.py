"""The identifiers that travel on the wire.

A project and its board share one bare UUID. Every other id carries a prefix that says what it names, so that a
stray id in a log or a URL can be told apart by eye.
"""

from __future__ import annotations

from typing import NewType

ProjectId = NewType("ProjectId", str)
BoardId = ProjectId
ColumnId = NewType("ColumnId", str)
CardId = NewType("CardId", str)
AttemptId = NewType("AttemptId", str)
ItemId = NewType("ItemId", str)
LogId = NewType("LogId", str)
ProfileId = NewType("ProfileId", str)
PermissionId = NewType("PermissionId", str)
MessageId = NewType("MessageId", str)
IssueLinkId = NewType("IssueLinkId", str)

COLUMN_PREFIX = "col-"
CARD_PREFIX = "card-"
ATTEMPT_PREFIX = "att-"
LOG_PREFIX = "log-"
ITEM_PREFIX = "cmsg-"
AUTOMATION_PREFIX = "auto-"
PERMISSION_PREFIX = "perm-"
MESSAGE_PREFIX = "msg-"
ISSUE_LINK_PREFIX = "ghi-"
GLOBAL_PROFILE_PREFIX = "apg-"
PROJECT_PREFIX = ""
PROJECT_PROFILE_PREFIX = "ap-"
