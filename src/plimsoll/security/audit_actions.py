"""What is written down about who did what: one word for each thing that matters to security."""

from enum import StrEnum

__all__ = ["AuditAction"]


class AuditAction(StrEnum):
    """One thing done, as ``thing.what``; a word never changes its meaning.

    Examples
    --------
    >>> AuditAction.LIMIT_APPROVED.value
    'limit.approved'
    """

    # accounts
    TENANT_CREATED = "tenant.created"
    TENANT_CHANGED = "tenant.changed"
    USER_CREATED = "user.created"
    USER_INVITED = "user.invited"
    USER_CHANGED = "user.changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_REMOVED = "user.removed"
    INVITATION_ACCEPTED = "invitation.accepted"
    INVITATION_REVOKED = "invitation.revoked"
    EMAIL_CHANGE_ASKED = "email.change-asked"
    EMAIL_CHANGED = "email.changed"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - a word for an action
    PASSWORD_RESET_ASKED = "password.reset-asked"  # noqa: S105 - a word for an action
    PASSWORD_RESET = "password.reset"  # noqa: S105 - a word for an action
    SIGN_IN_SUCCEEDED = "sign-in.succeeded"
    SIGN_IN_PENDING = "sign-in.pending"
    SIGN_IN_FAILED = "sign-in.failed"
    SIGN_IN_THROTTLED = "sign-in.throttled"
    SIGN_IN_NEW_DEVICE = "sign-in.new-device"
    SIGN_OUT = "sign-out"
    LINK_MADE = "link.made"
    LINK_REDEEMED = "link.redeemed"
    LINK_REFUSED = "link.refused"
    SESSION_RENEWED = "session.renewed"
    SESSION_REVOKED = "session.revoked"
    SESSIONS_REVOKED = "sessions.revoked"
    STEP_UP_SUCCEEDED = "step-up.succeeded"
    STEP_UP_FAILED = "step-up.failed"

    # factors
    FACTOR_BEGUN = "factor.begun"
    FACTOR_ADDED = "factor.added"
    FACTOR_CHANGED = "factor.changed"
    FACTOR_REMOVED = "factor.removed"
    FACTORS_OFF = "factors.off"
    FACTOR_ACCEPTED = "factor.accepted"
    FACTOR_FAILED = "factor.failed"
    FACTOR_THROTTLED = "factor.throttled"
    FACTOR_REPLAYED = "factor.replayed"
    FACTOR_CLONED = "factor.cloned"
    FACTOR_POLICY_CHANGED = "factor.policy-changed"
    CODE_SENT = "code.sent"
    CODE_REFUSED = "code.refused"
    RECOVERY_CODES_MADE = "recovery-codes.made"
    RECOVERY_CODE_USED = "recovery-code.used"
    RECOVERY_ASKED = "recovery.asked"
    RECOVERY_APPROVED = "recovery.approved"
    RECOVERY_REFUSED = "recovery.refused"
    RECOVERY_COMPLETED = "recovery.completed"

    # grants
    ROLE_CREATED = "role.created"
    ROLE_CHANGED = "role.changed"
    ROLE_REMOVED = "role.removed"
    TEAM_CREATED = "team.created"
    TEAM_CHANGED = "team.changed"
    TEAM_REMOVED = "team.removed"
    TEAM_MEMBER_ADDED = "team.member-added"
    TEAM_MEMBER_REMOVED = "team.member-removed"
    DESK_CREATED = "desk.created"
    DESK_CHANGED = "desk.changed"
    DESK_REMOVED = "desk.removed"
    GRANT_PROPOSED = "grant.proposed"
    GRANT_APPROVED = "grant.approved"
    GRANT_REJECTED = "grant.rejected"
    GRANT_MADE = "grant.made"
    GRANT_REVOKED = "grant.revoked"
    ACCESS_REFUSED = "access.refused"
    ACCESS_UNKNOWN = "access.unknown"

    # tokens, service accounts and keys
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_REMOVED = "account.removed"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    KEY_REFUSED = "key.refused"
    KEY_CANARY_USED = "key.canary-used"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - a word for an action
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - a word for an action
    TOKENS_THROTTLED = "tokens.throttled"
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - a word for an action
    REFRESH_REUSED = "refresh.reused"
    REFRESH_REVOKED = "refresh.revoked"
    SIGNING_KEY_ADDED = "signing-key.added"
    SIGNING_KEY_ACTIVATED = "signing-key.activated"
    SIGNING_KEY_RETIRED = "signing-key.retired"
    SIGNING_KEYS_REPLACED = "signing-keys.replaced"
    PROVIDER_ADDED = "provider.added"
    PROVIDER_CHANGED = "provider.changed"
    PROVIDER_REMOVED = "provider.removed"
    PROVIDER_REFUSED = "provider.refused"

    # encryption
    DATA_KEY_MADE = "data-key.made"
    DATA_KEY_ROTATED = "data-key.rotated"
    DATA_KEY_RETIRED = "data-key.retired"
    SECRETS_RESEALED = "secrets.resealed"

    # what the platform is for
    PORTFOLIO_CREATED = "portfolio.created"
    PORTFOLIO_CHANGED = "portfolio.changed"
    PORTFOLIO_ARCHIVED = "portfolio.archived"
    PORTFOLIO_RESTORED = "portfolio.restored"
    POSITIONS_IMPORTED = "positions.imported"
    UPLOAD_INFECTED = "upload.infected"
    TICKS_SENT = "ticks.sent"
    PRICES_UPLOADED = "prices.uploaded"
    INSTRUMENT_CHANGED = "instrument.changed"
    RUN_STARTED = "run.started"
    JOB_STARTED = "job.started"
    JOB_CANCELLED = "job.cancelled"
    JOB_RETRIED = "job.retried"
    LIMIT_PROPOSED = "limit.proposed"
    LIMIT_APPROVED = "limit.approved"
    LIMIT_REJECTED = "limit.rejected"
    BREACH_ACKNOWLEDGED = "breach.acknowledged"
    BREACH_COMMENTED = "breach.commented"
    BREACH_REMEDIED = "breach.remedied"
    BREACH_WAIVED = "breach.waived"
    BREACH_CLOSED = "breach.closed"
    ALERT_CHANGED = "alert.changed"
    CHANNEL_CREATED = "channel.created"
    CHANNEL_CHANGED = "channel.changed"
    CHANNEL_REMOVED = "channel.removed"
    CHANNEL_TRIED = "channel.tried"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_ENABLED = "webhook.enabled"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_SECRET_ROTATED = "webhook.secret-rotated"  # noqa: S105 - a word for an action
    WEBHOOK_REPLAYED = "webhook.replayed"
    SCHEDULE_CREATED = "schedule.created"
    SCHEDULE_CHANGED = "schedule.changed"
    SCHEDULE_REMOVED = "schedule.removed"
    DATA_EXPORTED = "data.exported"

    # the audit itself
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_VERIFIED = "audit.verified"
    AUDIT_BROKEN = "audit.broken"
    AUDIT_KEY_ROTATED = "audit.key-rotated"
