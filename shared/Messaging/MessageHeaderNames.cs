namespace Platform.Messaging;

/// <summary>Headers of our own.</summary>
internal static class MessageHeaderNames
{
    /// <summary>How many times the message has been put aside and delivered again.</summary>
    public const string Redelivery = "Platform-Redelivery";
}
