using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Platform.Metrics.Kafka;

/// <summary>
/// Makes Confluent.Kafka use the library that is there: the bundled one when the build has it (<c>BundleLibrdkafka=true</c>),
/// otherwise the distribution's (Debian: <c>librdkafka1</c>).
/// </summary>
internal static class KafkaLibrary
{
    private static readonly Lazy<string?> Loading = new(Load);

    /// <summary>Why Kafka cannot be used here and what to do; null: it can.</summary>
    public static string? Problem => Loading.Value;

    private static string? Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
        const string Remedy = "Install it (Debian and Ubuntu: apt-get install librdkafka1), build with -p:BundleLibrdkafka=true, or set Stream:Kind=inProcess.";
        if (Resolve("librdkafka", typeof(Library).Assembly, null) == 0) return $"the library librdkafka.so.1 was not found. {Remedy}";
        try
        {
            Library.Load();
            return null;
        }
        catch (Exception problem) when (problem is DllNotFoundException or InvalidOperationException or FileLoadException)
        {
            return $"librdkafka could not be loaded ({problem.Message}); versions 1.9 to 2.0 work with this client. {Remedy}";
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name.StartsWith("librdkafka", StringComparison.Ordinal))
        {
            return NativeLibrary.TryLoad("librdkafka", assembly, DllImportSearchPath.AssemblyDirectory, out var bundled) ? bundled
                : NativeLibrary.TryLoad("librdkafka.so.1", out var installed) ? installed
                : 0;
        }

        // The client asks for libdl, which glibc 2.34 folded into libc.
        return name.StartsWith("libdl", StringComparison.Ordinal) && NativeLibrary.TryLoad("libc.so.6", out var libc) ? libc : 0;
    }
}
