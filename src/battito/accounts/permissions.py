"""The catalogue of permissions, and the roles that come with every workspace."""

from typing import Final

PERMISSIONS: Final[dict[str, str]] = {
    "conversations.read": "See conversations",
    "conversations.handle": "Answer, assign, snooze, resolve conversations",
    "conversations.handle_others": "Take over and change conversations that somebody else owns",
    "conversations.bulk": "Change many conversations at once",
    "conversations.raw": "See what came in as it came, and replay it",
    "contacts.read": "See contacts",
    "contacts.write": "Change contacts",
    "contacts.merge": "Merge contacts and undo it",
    "contacts.export": "Export contacts and one person's data",
    "contacts.erase": "Erase a person's data",
    "contacts.import": "Import contacts",
    "consent.write": "Record consent",
    "replies.write": "Write canned replies and macros for all",
    "labels.write": "Define labels",
    "views.share": "Share saved views",
    "channels.manage": "Connect and configure channels",
    "attributes.manage": "Define custom attributes and segments",
    "queues.manage": "Configure queues, skills and routing",
    "floor.watch": "See the floor and other people's presence and work",
    "floor.act": "Move work and change people's state from the floor",
    "reports.read": "See reports",
    "reports.individual": "See figures of single people where the workspace allows them",
    "plans.manage": "Plan shifts and run simulations",
    "design.manage": "Design flows, bots, knowledge",
    "users.manage": "Invite people, change teams and roles",
    "sign_on.manage": "Configure sign-on",
    "api_keys.manage": "Issue API keys",
    "audit.read": "Read and export the audit log",
    "privacy.manage": "Retention and privacy settings",
    "workspace.manage": "Workspace and brand settings",
    "jobs.manage": "See and retry background work",
}

_AGENT = (
    "conversations.read", "conversations.handle", "conversations.bulk", "contacts.read", "contacts.write", "consent.write",
)  # fmt: skip
_SUPERVISOR = (
    *_AGENT, "conversations.handle_others", "contacts.merge", "floor.watch", "floor.act", "reports.read",
    "replies.write", "labels.write", "views.share",
)  # fmt: skip

BUILTIN_ROLES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "agent": ("Operatore", _AGENT),
    "supervisor": ("Supervisore", _SUPERVISOR),
    "planner": ("Pianificatore", ("conversations.read", "floor.watch", "reports.read", "plans.manage")),
    "designer": (
        "Progettista del servizio",
        (
            "conversations.read",
            "contacts.read",
            "reports.read",
            "replies.write",
            "labels.write",
            "attributes.manage",
            "queues.manage",
            "design.manage",
        ),
    ),
    "analyst": ("Analista", ("conversations.read", "contacts.read", "reports.read")),
    "client": ("Cliente committente", ("reports.read",)),
    "administrator": ("Amministratore", tuple(PERMISSIONS)),
}
"""key -> (Italian name, permissions). Custom roles hold any subset of `PERMISSIONS`."""
