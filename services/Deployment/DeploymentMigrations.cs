using Platform.Storage;

namespace Platform.Deployment;

/// <summary>The deployment service's tables.</summary>
internal static class DeploymentMigrations
{
    /// <summary>In the order they apply.</summary>
    public static IReadOnlyList<Migration> All { get; } =
    [
        new(1, "applications, rollouts, replicas, routes", """
            CREATE TABLE owner (
                id TEXT NOT NULL PRIMARY KEY);

            CREATE TABLE applications (
                name TEXT NOT NULL PRIMARY KEY,
                stable_revision TEXT,
                previous_revision TEXT,
                wanted INTEGER NOT NULL,
                rollout TEXT,
                state TEXT NOT NULL,
                created_at BIGINT NOT NULL);

            CREATE TABLE revisions (
                application TEXT NOT NULL,
                name TEXT NOT NULL,
                manifest TEXT NOT NULL,
                digest TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                created_by TEXT NOT NULL,
                served INTEGER NOT NULL,
                PRIMARY KEY (application, name));

            CREATE TABLE targets (
                application TEXT NOT NULL,
                revision TEXT NOT NULL,
                wanted INTEGER NOT NULL,
                weight INTEGER NOT NULL,
                failures INTEGER NOT NULL,
                next_start_at BIGINT,
                PRIMARY KEY (application, revision));

            CREATE TABLE replicas (
                id TEXT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                revision TEXT NOT NULL,
                generation BIGINT NOT NULL,
                state TEXT NOT NULL,
                port INTEGER NOT NULL,
                process_id INTEGER,
                start_time BIGINT,
                address TEXT,
                restarts INTEGER NOT NULL,
                created_at BIGINT NOT NULL,
                started_at BIGINT,
                ready_at BIGINT,
                ended_at BIGINT,
                routed INTEGER NOT NULL,
                left_generation BIGINT,
                left_at BIGINT,
                drained INTEGER NOT NULL,
                exit_code INTEGER,
                note TEXT);
            CREATE INDEX replicas_of_application ON replicas (application, state);

            CREATE TABLE routes (
                application TEXT NOT NULL PRIMARY KEY,
                generation BIGINT NOT NULL,
                acknowledged BIGINT NOT NULL,
                content TEXT NOT NULL);

            CREATE TABLE rollouts (
                id TEXT NOT NULL PRIMARY KEY,
                application TEXT NOT NULL,
                revision TEXT NOT NULL,
                stable_revision TEXT,
                strategy TEXT NOT NULL,
                state TEXT NOT NULL,
                message TEXT NOT NULL,
                requested_by TEXT NOT NULL,
                reason TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                ended_at BIGINT,
                due_at BIGINT,
                trace TEXT);
            CREATE INDEX rollouts_due ON rollouts (due_at);
            CREATE INDEX rollouts_of_application ON rollouts (application, created_at);

            CREATE TABLE rollout_steps (
                rollout TEXT NOT NULL,
                number INTEGER NOT NULL,
                step TEXT NOT NULL,
                at BIGINT NOT NULL,
                duration BIGINT NOT NULL,
                message TEXT NOT NULL,
                PRIMARY KEY (rollout, number));

            CREATE TABLE scaling_history (
                id {identity},
                application TEXT NOT NULL,
                at BIGINT NOT NULL,
                replicas_before INTEGER NOT NULL,
                replicas_after INTEGER NOT NULL,
                requested_by TEXT NOT NULL,
                reason TEXT NOT NULL,
                refused TEXT);
            CREATE INDEX scaling_of_application ON scaling_history (application, id);
            """),
        new(2, "replicas of any runtime", """
            ALTER TABLE replicas ADD COLUMN instance TEXT;
            UPDATE replicas SET instance = CAST(process_id AS TEXT) || '@' || CAST(start_time AS TEXT) WHERE process_id IS NOT NULL;
            ALTER TABLE replicas DROP COLUMN process_id;
            ALTER TABLE replicas DROP COLUMN start_time;
            """),
        new(3, "targets that end, mirrored requests", """
            ALTER TABLE targets ADD COLUMN mirror INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE targets ADD COLUMN until BIGINT;
            """),
        new(4, "evidence", """
            CREATE TABLE rollout_evidence (
                rollout TEXT NOT NULL,
                at BIGINT NOT NULL,
                content TEXT NOT NULL,
                PRIMARY KEY (rollout, at));
            """),
        new(5, "courses, steps that failed", """
            ALTER TABLE rollouts ADD COLUMN course TEXT;
            ALTER TABLE rollout_steps ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
            """),
        new(6, "configuration, environments, approvals", """
            CREATE TABLE configurations (
                version BIGINT NOT NULL PRIMARY KEY,
                content TEXT NOT NULL,
                at BIGINT NOT NULL,
                who TEXT NOT NULL,
                reason TEXT NOT NULL);

            ALTER TABLE revisions ADD COLUMN environment TEXT;
            ALTER TABLE revisions ADD COLUMN defaults TEXT;

            CREATE TABLE rollout_approvals (
                rollout TEXT NOT NULL PRIMARY KEY,
                who TEXT NOT NULL,
                role TEXT NOT NULL,
                reason TEXT NOT NULL,
                at BIGINT NOT NULL);
            """),
        new(7, "secrets", """
            CREATE TABLE secret_keys (
                id TEXT NOT NULL PRIMARY KEY,
                content TEXT NOT NULL,
                created_at BIGINT NOT NULL);

            CREATE TABLE secrets (
                name TEXT NOT NULL PRIMARY KEY,
                version BIGINT NOT NULL,
                data_key TEXT NOT NULL,
                content TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                changed_at BIGINT NOT NULL,
                changed_by TEXT NOT NULL);
            """),
        new(8, "tables that a router refused", """
            ALTER TABLE routes ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE routes ADD COLUMN refusal TEXT;
            """),
        new(9, "what applications did and used, by the hour", """
            CREATE TABLE usage_hours (
                application TEXT NOT NULL,
                hour BIGINT NOT NULL,
                requests BIGINT NOT NULL,
                errors BIGINT NOT NULL,
                latencies TEXT NOT NULL,
                cpu_seconds DOUBLE PRECISION NOT NULL,
                memory_byte_seconds DOUBLE PRECISION NOT NULL,
                short_seconds DOUBLE PRECISION NOT NULL,
                out_seconds DOUBLE PRECISION NOT NULL,
                PRIMARY KEY (application, hour));
            """),
        new(10, "readings of metrics, trials", """
            ALTER TABLE rollouts ADD COLUMN measures TEXT;

            CREATE TABLE analysis_readings (
                rollout TEXT NOT NULL,
                number BIGINT NOT NULL,
                metric TEXT NOT NULL,
                baseline TEXT NOT NULL,
                step INTEGER NOT NULL,
                at BIGINT NOT NULL,
                canary DOUBLE PRECISION,
                old DOUBLE PRECISION,
                problem TEXT,
                PRIMARY KEY (rollout, number));

            CREATE TABLE rollout_trials (
                rollout TEXT NOT NULL PRIMARY KEY,
                baseline TEXT NOT NULL,
                since BIGINT NOT NULL,
                reading BIGINT NOT NULL,
                content TEXT NOT NULL);
            """),
        new(11, "jobs of pipelines", """
            CREATE TABLE rollout_jobs (
                rollout TEXT NOT NULL,
                number INTEGER NOT NULL,
                name TEXT NOT NULL,
                kind TEXT NOT NULL,
                gate TEXT NOT NULL,
                state TEXT NOT NULL,
                attempt INTEGER NOT NULL,
                time_limit BIGINT NOT NULL,
                undoes INTEGER,
                optional INTEGER NOT NULL,
                cancel INTEGER NOT NULL,
                started_at BIGINT,
                ended_at BIGINT,
                exit_code INTEGER,
                message TEXT,
                tail TEXT,
                PRIMARY KEY (rollout, number));
            CREATE INDEX rollout_jobs_open ON rollout_jobs (state);
            """),
    ];
}
