namespace Platform.Hosting;

/// <summary>How a service ends, after sysexits.h.</summary>
public static class ExitCodes
{
    /// <summary>As asked.</summary>
    public const int Ok = 0;
    /// <summary>Something that cannot be had: a port in use.</summary>
    public const int Unavailable = 69;
    /// <summary>A fault of ours.</summary>
    public const int Software = 70;
    /// <summary>The configuration cannot be used.</summary>
    public const int Configuration = 78;
}
