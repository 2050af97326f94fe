using Platform.Storage;

namespace Platform.Autoscaler;

/// <summary>The module's tables.</summary>
internal static class AutoscalerTables
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new Migration(1, "applications and decisions",
            """
            CREATE TABLE applications (
                name TEXT NOT NULL PRIMARY KEY,
                settings TEXT NOT NULL,
                settings_before TEXT,
                wanted INTEGER NOT NULL,
                revision TEXT,
                rollout TEXT,
                rollout_revision TEXT,
                ended_rollout TEXT,
                hold_until BIGINT,
                hold_by TEXT,
                hold_reason TEXT,
                pending TEXT,
                pending_to INTEGER,
                pending_since BIGINT,
                next_decision BIGINT NOT NULL,
                scaled_at BIGINT NOT NULL,
                last TEXT,
                removed INTEGER NOT NULL
            );
            CREATE TABLE replicas (
                id TEXT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                revision TEXT NOT NULL,
                started_at BIGINT NOT NULL,
                ready INTEGER NOT NULL,
                changed_at BIGINT NOT NULL,
                stopped INTEGER NOT NULL
            );
            CREATE INDEX replicas_application ON replicas (application);
            CREATE TABLE recommendations (
                application TEXT NOT NULL,
                at BIGINT NOT NULL,
                replicas INTEGER NOT NULL
            );
            CREATE INDEX recommendations_application ON recommendations (application, at);
            CREATE TABLE changes (
                command TEXT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                at BIGINT NOT NULL,
                change INTEGER NOT NULL
            );
            CREATE INDEX changes_application ON changes (application, at);
            CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL);
            INSERT INTO counters (name, value) VALUES ('decisions', 0);
            CREATE TABLE decisions (
                sequence BIGINT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                at BIGINT NOT NULL,
                decision TEXT NOT NULL
            );
            CREATE INDEX decisions_application ON decisions (application, sequence)
            """),
        new Migration(2, "history",
            """
            CREATE TABLE history_series (id BIGINT NOT NULL PRIMARY KEY, application TEXT NOT NULL, metric TEXT NOT NULL, UNIQUE (application, metric));
            CREATE TABLE history_minutes (minute BIGINT NOT NULL PRIMARY KEY, data BYTEA NOT NULL);
            CREATE TABLE history_days (series BIGINT NOT NULL, number BIGINT NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (series, number));
            CREATE TABLE history_months (series BIGINT NOT NULL, number BIGINT NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (series, number));
            CREATE TABLE history_masks (
                id TEXT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                cause TEXT NOT NULL,
                scope INTEGER NOT NULL,
                begins BIGINT NOT NULL,
                ends BIGINT,
                changed_at BIGINT NOT NULL
            );
            CREATE INDEX history_masks_changed ON history_masks (changed_at)
            """),
        new Migration(3, "touched applications",
            """
            ALTER TABLE applications ADD COLUMN touched BIGINT NOT NULL DEFAULT 0;
            CREATE INDEX applications_touched ON applications (touched);
            INSERT INTO counters (name, value) VALUES ('touches', 0)
            """),
        new Migration(4, "costs",
            """
            CREATE TABLE cost_hours (application TEXT NOT NULL, hour BIGINT NOT NULL, figures TEXT NOT NULL, PRIMARY KEY (application, hour));
            CREATE INDEX cost_hours_hour ON cost_hours (hour);
            CREATE TABLE cost_states (application TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL)
            """),
        new Migration(5, "anomalies",
            """
            CREATE TABLE anomalies (
                sequence BIGINT NOT NULL PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                application TEXT NOT NULL,
                metric TEXT NOT NULL,
                began BIGINT NOT NULL,
                ended BIGINT,
                anomaly TEXT NOT NULL
            );
            CREATE INDEX anomalies_application ON anomalies (application, sequence);
            CREATE INDEX anomalies_open ON anomalies (ended);
            CREATE TABLE anomaly_changes (
                id TEXT NOT NULL,
                kind INTEGER NOT NULL,
                application TEXT NOT NULL,
                at BIGINT NOT NULL,
                ended BIGINT,
                description TEXT NOT NULL,
                PRIMARY KEY (id, kind)
            );
            CREATE INDEX anomaly_changes_application ON anomaly_changes (application, at);
            INSERT INTO counters (name, value) VALUES ('anomalies', 0)
            """),
        new Migration(6, "policies",
            """
            CREATE TABLE policies (
                name TEXT NOT NULL,
                version BIGINT NOT NULL,
                policy TEXT NOT NULL,
                deleted INTEGER NOT NULL,
                at BIGINT NOT NULL,
                made_by TEXT NOT NULL,
                reason TEXT,
                PRIMARY KEY (name, version)
            )
            """),
        new Migration(7, "experiments",
            """
            ALTER TABLE history_masks ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE history_masks ADD COLUMN induces_load INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE history_masks ADD COLUMN latest BIGINT;
            UPDATE history_masks SET kind = 1 WHERE scope = 1;
            CREATE INDEX history_masks_application ON history_masks (application)
            """),
    ];
}
