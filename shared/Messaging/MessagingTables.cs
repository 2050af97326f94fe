using Platform.Storage;

namespace Platform.Messaging;

/// <summary>The tables messaging keeps in every module's database.</summary>
internal static class MessagingTables
{
    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new Migration(1, "inbox, outbox, dead letters, sagas",
            """
            CREATE TABLE inbox_state (
              message_id TEXT NOT NULL,
              consumer TEXT NOT NULL,
              consumed_at BIGINT NOT NULL,
              PRIMARY KEY (message_id, consumer));
            CREATE INDEX inbox_state_consumed_at ON inbox_state (consumed_at);

            CREATE TABLE outbox_message (
              id {identity},
              message_id TEXT NOT NULL,
              type TEXT NOT NULL,
              destination TEXT,
              body TEXT NOT NULL,
              headers TEXT,
              correlation_id TEXT,
              conversation_id TEXT,
              initiator_id TEXT,
              trace_parent TEXT,
              created_at BIGINT NOT NULL,
              due_at BIGINT NOT NULL,
              attempts INTEGER NOT NULL DEFAULT 0,
              lease_until BIGINT NOT NULL DEFAULT 0,
              lease_holder TEXT,
              sent_at BIGINT);
            CREATE INDEX outbox_message_waiting ON outbox_message (id) WHERE sent_at IS NULL;
            CREATE INDEX outbox_message_due ON outbox_message (due_at) WHERE sent_at IS NULL;
            CREATE INDEX outbox_message_sent ON outbox_message (sent_at) WHERE sent_at IS NOT NULL;

            CREATE TABLE dead_letter (
              message_id TEXT NOT NULL,
              endpoint TEXT NOT NULL,
              type TEXT NOT NULL,
              body TEXT NOT NULL,
              error TEXT NOT NULL,
              failed_at BIGINT NOT NULL,
              PRIMARY KEY (message_id, endpoint));
            CREATE INDEX dead_letter_failed_at ON dead_letter (failed_at);

            CREATE TABLE saga (
              saga_type TEXT NOT NULL,
              correlation_id TEXT NOT NULL,
              version INTEGER NOT NULL,
              body TEXT NOT NULL,
              created_at BIGINT NOT NULL,
              updated_at BIGINT NOT NULL,
              PRIMARY KEY (saga_type, correlation_id));
            """),
    ];
}
