"""What people set: for the whole application, and per project."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kanbanai.domain.ids import ProfileId
from kanbanai.domain.times import Timestamp

Editor = Literal["VS_CODE", "WEBSTORM", "ZED", "ANTIGRAVITY"]
DEFAULT_BRANCH_TEMPLATE = "{prefix}/{ticketKey}-{slug}"


class AppSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The application's settings as they are stored; contract section 4."""

    theme: Literal["system", "light", "dark"] = "system"
    language: Literal["browser", "en", "ja"] = "browser"
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
    opencode_port: Annotated[int, Meta(ge=1, le=65535)] = 4097
    streamdown_assistant_enabled: bool = True
    streamdown_user_enabled: bool = True
    streamdown_system_enabled: bool = True
    streamdown_thinking_enabled: bool = True
    created_at: Timestamp
    updated_at: Timestamp


class InlineAgentProfiles(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """Which profile an inline helper runs with; a helper left out uses the project's default."""

    ticket_enhance: str | None = None
    pr_summary: str | None = None
    pr_review: str | None = None


SyncStatus = Literal["idle", "running", "succeeded", "failed"]


class ProjectSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project's settings as they are stored; contract section 6. `nextTicketNumber` is kept beside them, because every
    new card counts it up."""

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
    ticket_prefix: str
    github_issue_sync_enabled: bool = False
    github_issue_sync_state: Literal["open", "all", "closed"] = "open"
    github_issue_sync_interval_minutes: Annotated[int, Meta(ge=5, le=1440)] = 15
    github_issue_auto_create_enabled: bool = False
    auto_close_ticket_on_pr_merge: bool = msgspec.field(default=False, name="autoCloseTicketOnPRMerge")
    auto_close_ticket_on_issue_close: bool = False
    enhance_prompt: str | None = None
    pr_summary_prompt: str | None = None
    last_github_issue_sync_at: Timestamp | None = None
    last_github_issue_sync_status: SyncStatus = "idle"
    last_github_pr_auto_close_at: Timestamp | None = None
    last_github_pr_auto_close_status: SyncStatus = "idle"
    last_github_issue_auto_close_at: Timestamp | None = None
    last_github_issue_auto_close_status: SyncStatus = "idle"
    created_at: Timestamp
    updated_at: Timestamp
