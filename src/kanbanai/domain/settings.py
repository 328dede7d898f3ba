"""What people set: for the whole application, and per project.

Each kind of settings has a struct of changes (a field left out stays), and a table of rules that says how a text that
was typed becomes the one that is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, UnsetType

from kanbanai.domain.changes import given
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import ProfileId
from kanbanai.domain.permissions import MAX_MINUTES
from kanbanai.domain.repositories import branch_name, new_branch_name, remote_name
from kanbanai.domain.templates import CardTemplate, card_templates
from kanbanai.domain.texts import line, optional_line, optional_text
from kanbanai.domain.tickets import ticket_prefix
from kanbanai.domain.times import Timestamp

S = TypeVar("S", bound=msgspec.Struct)
UNSET = msgspec.UNSET

Theme = Literal["system", "light", "dark"]
Language = Literal["browser", "en", "ja"]
Editor = Literal["VS_CODE", "WEBSTORM", "ZED", "ANTIGRAVITY"]
SyncState = Literal["open", "all", "closed"]
SyncStatus = Literal["idle", "running", "succeeded", "failed"]
Port = Annotated[int, Meta(ge=1, le=65535)]
PermissionMinutes = Annotated[int, Meta(ge=1, le=MAX_MINUTES, description="Minutes.")]
ParallelAttempts = Annotated[int, Meta(ge=1, le=100, description="Attempts at work at once.")]
ScriptMinutes = Annotated[int, Meta(ge=1, le=1440, description="Minutes.")]
SyncInterval = Annotated[int, Meta(ge=5, le=1440, description="Minutes.")]

DEFAULT_BRANCH_TEMPLATE = "{prefix}/{ticketKey}-{slug}"
BRANCH_SAMPLE = {"prefix": "WC", "ticketKey": "WC-12", "type": "feat", "slug": "retry-uploads"}
"""What a branch template may name, each with an example of what it becomes."""
MAX_NAME = 200
"""Characters of a person's name, a command's key, an id."""
MAX_EMAIL = 254
"""Characters; RFC 5321 lets no longer address travel."""
MAX_COMMAND = 4_096
"""Characters of a command or a path; Linux takes no longer path."""
MAX_TITLE_TEMPLATE = 1_000
"""Characters; GitHub cuts titles at 256, and placeholders may grow."""
MAX_BODY_TEMPLATE = 65_536
"""Characters; what GitHub takes as the body of a pull request."""
MAX_SCRIPT = 100_000
"""Characters; a longer script belongs into a file of the repository."""
MAX_PROMPT = 4_000
"""Characters, as in the form that people fill in."""


class AppSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The application's settings as they are stored.

    `permissionMinutes`: how long a permission request waits for a person, where the profile does not say; null: for as
    long as the agent does.
    """

    theme: Theme = "system"
    language: Language = "browser"
    telemetry_enabled: bool = False
    notifications_agent_completion_sound: bool = False
    notifications_desktop: bool = False
    auto_start_agent_on_in_progress: bool = False
    editor_type: Editor | None = "VS_CODE"
    editor_command: str | None = None
    git_user_name: str | None = None
    git_user_email: str | None = None
    branch_template: str = DEFAULT_BRANCH_TEMPLATE
    gh_pr_title_template: str | None = None
    gh_pr_body_template: str | None = None
    gh_autolink_tickets: bool = True
    opencode_port: Port = 4097
    permission_minutes: PermissionMinutes | None = None
    streamdown_assistant_enabled: bool = True
    streamdown_user_enabled: bool = True
    streamdown_system_enabled: bool = True
    streamdown_thinking_enabled: bool = True
    created_at: Timestamp
    updated_at: Timestamp


class AppSettingsChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an edit of the application's settings sets."""

    theme: Theme | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    telemetry_enabled: bool | UnsetType = UNSET
    notifications_agent_completion_sound: bool | UnsetType = UNSET
    notifications_desktop: bool | UnsetType = UNSET
    auto_start_agent_on_in_progress: bool | UnsetType = UNSET
    editor_type: Editor | UnsetType | None = UNSET
    editor_command: str | UnsetType | None = UNSET
    git_user_name: str | UnsetType | None = UNSET
    git_user_email: str | UnsetType | None = UNSET
    branch_template: str | UnsetType = UNSET
    gh_pr_title_template: str | UnsetType | None = UNSET
    gh_pr_body_template: str | UnsetType | None = UNSET
    gh_autolink_tickets: bool | UnsetType = UNSET
    opencode_port: Port | UnsetType = UNSET
    permission_minutes: PermissionMinutes | UnsetType | None = UNSET
    streamdown_assistant_enabled: bool | UnsetType = UNSET
    streamdown_user_enabled: bool | UnsetType = UNSET
    streamdown_system_enabled: bool | UnsetType = UNSET
    streamdown_thinking_enabled: bool | UnsetType = UNSET


class InlineAgentProfiles(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """Which profile an inline helper runs with; a helper left out uses the project's default."""

    ticket_enhance: str | None = None
    pr_summary: str | None = None
    pr_review: str | None = None


class ProjectSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project's settings as they are stored. The next ticket number is kept beside them, for every card counts it.

    `maxParallelAttempts` null: as many at once as the server allows. `scriptTimeoutMinutes` is for each script.
    `cardTemplates` null: a client offers its own; an empty list: it offers none. `githubIssueWriteBackEnabled`: what is
    edited on a card that came from an issue is told to that issue.
    """

    base_branch: str = "main"
    preferred_remote: str | None = None
    setup_script: str | None = None
    dev_script: str | None = None
    cleanup_script: str | None = None
    copy_files: str | None = None
    allow_scripts_to_fail: bool = False
    allow_copy_files_to_fail: bool = False
    allow_setup_script_to_fail: bool = False
    allow_dev_script_to_fail: bool = False
    allow_cleanup_script_to_fail: bool = False
    default_agent: str | None = None
    default_profile_id: ProfileId | None = None
    inline_agent: str | None = None
    inline_profile_id: ProfileId | None = None
    inline_agent_profile_mapping: InlineAgentProfiles = InlineAgentProfiles()
    auto_commit_on_finish: bool = False
    auto_push_on_autocommit: bool = False
    max_parallel_attempts: ParallelAttempts | None = None
    script_timeout_minutes: ScriptMinutes = 30
    ticket_prefix: str
    github_issue_sync_enabled: bool = False
    github_issue_sync_state: SyncState = "open"
    github_issue_sync_interval_minutes: SyncInterval = 15
    github_issue_auto_create_enabled: bool = False
    github_issue_write_back_enabled: bool = True
    auto_close_ticket_on_pr_merge: bool = msgspec.field(default=False, name="autoCloseTicketOnPRMerge")
    auto_close_ticket_on_issue_close: bool = False
    enhance_prompt: str | None = None
    pr_summary_prompt: str | None = None
    card_templates: tuple[CardTemplate, ...] | None = None
    last_github_issue_sync_at: Timestamp | None = None
    last_github_issue_sync_status: SyncStatus = "idle"
    last_github_pr_auto_close_at: Timestamp | None = None
    last_github_pr_auto_close_status: SyncStatus = "idle"
    last_github_issue_auto_close_at: Timestamp | None = None
    last_github_issue_auto_close_status: SyncStatus = "idle"
    created_at: Timestamp
    updated_at: Timestamp


def as_set(settings: ProjectSettings) -> ProjectSettings:
    """The settings without what the server notes in them of its own work: two are the same if people set the same."""
    return msgspec.structs.replace(
        settings,
        last_github_issue_sync_at=None,
        last_github_issue_sync_status="idle",
        last_github_pr_auto_close_at=None,
        last_github_pr_auto_close_status="idle",
        last_github_issue_auto_close_at=None,
        last_github_issue_auto_close_status="idle",
    )


class ProjectSettingsChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an edit of a project's settings sets."""

    base_branch: str | UnsetType = UNSET
    preferred_remote: str | UnsetType | None = UNSET
    setup_script: str | UnsetType | None = UNSET
    dev_script: str | UnsetType | None = UNSET
    cleanup_script: str | UnsetType | None = UNSET
    copy_files: str | UnsetType | None = UNSET
    allow_scripts_to_fail: bool | UnsetType = UNSET
    allow_copy_files_to_fail: bool | UnsetType = UNSET
    allow_setup_script_to_fail: bool | UnsetType = UNSET
    allow_dev_script_to_fail: bool | UnsetType = UNSET
    allow_cleanup_script_to_fail: bool | UnsetType = UNSET
    default_agent: str | UnsetType | None = UNSET
    default_profile_id: ProfileId | UnsetType | None = UNSET
    inline_agent: str | UnsetType | None = UNSET
    inline_profile_id: ProfileId | UnsetType | None = UNSET
    inline_agent_profile_mapping: InlineAgentProfiles | UnsetType = UNSET
    auto_commit_on_finish: bool | UnsetType = UNSET
    auto_push_on_autocommit: bool | UnsetType = UNSET
    max_parallel_attempts: ParallelAttempts | UnsetType | None = UNSET
    script_timeout_minutes: ScriptMinutes | UnsetType = UNSET
    ticket_prefix: str | UnsetType = UNSET
    github_issue_sync_enabled: bool | UnsetType = UNSET
    github_issue_sync_state: SyncState | UnsetType = UNSET
    github_issue_sync_interval_minutes: SyncInterval | UnsetType = UNSET
    github_issue_auto_create_enabled: bool | UnsetType = UNSET
    github_issue_write_back_enabled: bool | UnsetType = UNSET
    auto_close_ticket_on_pr_merge: bool | UnsetType = msgspec.field(
        default=UNSET, name="autoCloseTicketOnPRMerge"
    )
    auto_close_ticket_on_issue_close: bool | UnsetType = UNSET
    enhance_prompt: str | UnsetType | None = UNSET
    pr_summary_prompt: str | UnsetType | None = UNSET
    card_templates: tuple[CardTemplate, ...] | UnsetType | None = UNSET


# ── From what was typed to what is stored ───────────────────────────────────────────────────────────────────────────

Rule = Callable[[str, Any], Any]
"""Takes the field's name on the wire and its value, gives the value to store, raises Invalid."""

_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def branch_template(field: str, text: str) -> str:
    """`text` as a template of branch names. Raises Invalid unless an example made of it is a branch that git allows."""
    template = line(field, text, MAX_NAME)
    for name in _PLACEHOLDER.findall(template):
        if name not in BRANCH_SAMPLE:
            known = ", ".join(f"{{{one}}}" for one in BRANCH_SAMPLE)
            raise Invalid.field(field, f"{{{name}}} is not one of {known}")
    new_branch_name(field, _PLACEHOLDER.sub(lambda found: BRANCH_SAMPLE[found[1]], template))
    return template


def _email(field: str, text: str | None) -> str | None:
    address = optional_line(field, text, MAX_EMAIL)
    if address is not None and not _EMAIL.fullmatch(address):
        raise Invalid.field(field, f"{address!r} is not an e-mail address")
    return address


def _optional(rule: Callable[[str, str], str]) -> Rule:
    def apply(field: str, text: str | None) -> str | None:
        return None if text is None or not text.strip() else rule(field, text)

    return apply


def _inline_profiles(field: str, chosen: InlineAgentProfiles) -> InlineAgentProfiles:
    return InlineAgentProfiles(
        **{
            name: optional_line(field, value, MAX_NAME)
            for name, value in msgspec.structs.asdict(chosen).items()
        }
    )


_NAME = partial(optional_line, limit=MAX_NAME)
_SCRIPT = partial(optional_text, limit=MAX_SCRIPT)
_PROMPT = partial(optional_text, limit=MAX_PROMPT)

APP_RULES: Mapping[str, Rule] = {
    "editor_command": partial(optional_line, limit=MAX_COMMAND),
    "git_user_name": _NAME,
    "git_user_email": _email,
    "branch_template": branch_template,
    "gh_pr_title_template": partial(optional_line, limit=MAX_TITLE_TEMPLATE),
    "gh_pr_body_template": partial(optional_text, limit=MAX_BODY_TEMPLATE),
}
PROJECT_RULES: Mapping[str, Rule] = {
    "base_branch": branch_name,
    "preferred_remote": _optional(remote_name),
    "setup_script": _SCRIPT,
    "dev_script": _SCRIPT,
    "cleanup_script": _SCRIPT,
    "copy_files": _SCRIPT,
    "default_agent": _NAME,
    "default_profile_id": _NAME,
    "inline_agent": _NAME,
    "inline_profile_id": _NAME,
    "inline_agent_profile_mapping": _inline_profiles,
    "ticket_prefix": lambda _field, text: ticket_prefix(text),
    "enhance_prompt": _PROMPT,
    "pr_summary_prompt": _PROMPT,
    "card_templates": card_templates,
}


def checked(settings: S, rules: Mapping[str, Rule]) -> S:
    """Settings, or changes of them, with each value that is given brought to the form in which it is stored.

    Raises Invalid, naming the field as the wire spells it.
    """
    spelled = dict(zip(settings.__struct_fields__, settings.__struct_encode_fields__, strict=True))
    return msgspec.structs.replace(
        settings,
        **{
            name: rules[name](spelled[name], value)
            for name, value in given(settings).items()
            if name in rules
        },
    )
