using Platform.Storage;

namespace Platform.HealthMonitor;

/// <summary>The module's tables.</summary>
internal static class HealthMonitorTables
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new Migration(1, "event log",
            """
            CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL);
            INSERT INTO counters (name, value) VALUES ('events', 0), ('deliveries', 0);
            CREATE TABLE events (
                sequence BIGINT NOT NULL PRIMARY KEY,
                id TEXT NOT NULL,
                type TEXT NOT NULL,
                application TEXT NOT NULL,
                at BIGINT NOT NULL,
                correlation_id TEXT NOT NULL,
                severity TEXT NOT NULL,
                summary TEXT NOT NULL,
                data TEXT NOT NULL
            );
            CREATE UNIQUE INDEX events_id ON events (id);
            CREATE INDEX events_application ON events (application, sequence);
            CREATE INDEX events_at ON events (at)
            """),
        new Migration(2, "read model",
            """
            CREATE TABLE applications (
                name TEXT NOT NULL PRIMARY KEY,
                stable_revision TEXT,
                wanted INTEGER NOT NULL,
                scaled_at BIGINT NOT NULL,
                weights TEXT NOT NULL,
                generation BIGINT NOT NULL,
                rollout TEXT,
                removed INTEGER NOT NULL,
                changed_at BIGINT NOT NULL
            );
            CREATE TABLE replicas (
                id TEXT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                revision TEXT NOT NULL,
                state TEXT NOT NULL,
                address TEXT,
                reason TEXT,
                started_at BIGINT,
                changed_at BIGINT NOT NULL
            );
            CREATE INDEX replicas_application ON replicas (application);
            CREATE TABLE rollouts (
                id TEXT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                revision TEXT NOT NULL,
                stable_revision TEXT,
                strategy TEXT NOT NULL,
                requested_by TEXT NOT NULL,
                state TEXT NOT NULL,
                message TEXT NOT NULL,
                started_at BIGINT NOT NULL,
                ended_at BIGINT
            );
            CREATE INDEX rollouts_application ON rollouts (application, started_at);
            CREATE TABLE services (
                service TEXT NOT NULL,
                instance TEXT NOT NULL,
                address TEXT NOT NULL,
                version TEXT NOT NULL,
                ready INTEGER NOT NULL,
                waiting_for TEXT NOT NULL,
                report_interval BIGINT NOT NULL,
                reported_at BIGINT NOT NULL,
                since BIGINT NOT NULL,
                PRIMARY KEY (service, instance)
            )
            """),
        new Migration(3, "alerts",
            """
            CREATE TABLE rules (name TEXT NOT NULL PRIMARY KEY, rule TEXT NOT NULL);
            CREATE TABLE alerts (
                id TEXT NOT NULL PRIMARY KEY,
                rule TEXT NOT NULL,
                application TEXT NOT NULL,
                severity TEXT NOT NULL,
                message TEXT NOT NULL,
                value DOUBLE PRECISION NOT NULL,
                threshold DOUBLE PRECISION NOT NULL,
                raised_at BIGINT NOT NULL,
                resolved_at BIGINT
            );
            CREATE INDEX alerts_raised ON alerts (raised_at)
            """),
        new Migration(4, "webhooks",
            """
            CREATE TABLE webhooks (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                url TEXT NOT NULL,
                secret TEXT,
                types TEXT NOT NULL,
                applications TEXT NOT NULL,
                enabled INTEGER NOT NULL,
                created_at BIGINT NOT NULL,
                last_sequence BIGINT NOT NULL,
                attempt INTEGER NOT NULL,
                next_attempt BIGINT NOT NULL,
                last_error TEXT,
                delivered BIGINT NOT NULL,
                skipped BIGINT NOT NULL
            );
            CREATE TABLE deliveries (
                sequence BIGINT NOT NULL PRIMARY KEY,
                webhook TEXT NOT NULL,
                event_sequence BIGINT NOT NULL,
                event_id TEXT NOT NULL,
                type TEXT NOT NULL,
                at BIGINT NOT NULL,
                attempt INTEGER NOT NULL,
                outcome TEXT NOT NULL,
                status INTEGER,
                error TEXT,
                duration BIGINT NOT NULL
            );
            CREATE INDEX deliveries_webhook ON deliveries (webhook, sequence);
            CREATE TABLE dead_letters (
                webhook TEXT NOT NULL,
                event_sequence BIGINT NOT NULL,
                event TEXT NOT NULL,
                at BIGINT NOT NULL,
                attempts INTEGER NOT NULL,
                error TEXT NOT NULL,
                replay INTEGER NOT NULL,
                PRIMARY KEY (webhook, event_sequence)
            );
            CREATE TABLE received (id TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL)
            """),
        new Migration(5, "restarts of replicas", "ALTER TABLE replicas ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0"),
        new Migration(6, "conditions that hold but are not alerts yet",
            """
            CREATE TABLE pending_alerts (
                rule TEXT NOT NULL,
                application TEXT NOT NULL,
                since BIGINT NOT NULL,
                seen_at BIGINT NOT NULL,
                PRIMARY KEY (rule, application)
            )
            """),
        new Migration(7, "courses and evidence of rollouts",
            """
            ALTER TABLE rollouts ADD COLUMN course TEXT;
            ALTER TABLE rollouts ADD COLUMN progressed_at BIGINT;
            CREATE TABLE rollout_evidence (
                rollout TEXT NOT NULL,
                at BIGINT NOT NULL,
                content TEXT NOT NULL,
                PRIMARY KEY (rollout, at)
            )
            """),
        new Migration(8, "tables that a router refused", "ALTER TABLE applications ADD COLUMN refused_generation BIGINT NOT NULL DEFAULT 0"),
        new Migration(9, "pictures of scaling", "CREATE TABLE scaling_pictures (application TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, picture TEXT NOT NULL)"),
    ];
}
