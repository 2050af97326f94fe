using Platform.Hosting.Security;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>A webhook's secret as the table keeps it: sealed, and for that webhook alone.</summary>
internal static class WebhookSecret
{
    public static string Seal(SecretBox box, string webhook, string secret) => box.Seal(secret, Purpose(webhook));

    /// <summary>The secret; null: the box has another key than the one it was sealed with.</summary>
    public static string? Open(SecretBox box, Subscription subscription) => box.Open(subscription.Secret!, Purpose(subscription.Id));

    private static string Purpose(string webhook) => "webhook:" + webhook;
}
