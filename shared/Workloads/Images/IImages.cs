using Platform.Workloads.Manifests;

namespace Platform.Workloads.Images;

/// <summary>Builds images, sends them to their registry, and removes those that nobody needs. What fails is an <see cref="ImageException"/>.</summary>
public interface IImages
{
    /// <summary>Builds an image. Cut off, it leaves no image: the engine ends a build whose caller has gone.</summary>
    /// <param name="build">What.</param>
    /// <param name="log">Gets each line that the engine writes.</param>
    /// <param name="ct">Cancels.</param>
    Task BuildAsync(ImageBuild build, Action<string> log, CancellationToken ct);

    /// <summary>Sends an image to the registry in its name. Twice is once.</summary>
    /// <param name="docker">Names the image, and who asks the registry.</param>
    /// <param name="log">Gets each line that the engine writes.</param>
    /// <param name="ct">Cancels.</param>
    Task PushAsync(DockerSpec docker, Action<string> log, CancellationToken ct);

    /// <summary>The images that were built here for an application.</summary>
    Task<IReadOnlyList<BuiltImage>> FindAsync(string owner, string application, CancellationToken ct);

    /// <summary>Removes an image's name, and the image with its last name. What is gone is fine; what a container uses stays.</summary>
    /// <returns>False: it is used.</returns>
    Task<bool> RemoveAsync(string image, CancellationToken ct);
}

/// <summary>An image to be built.</summary>
public sealed record ImageBuild
{
    /// <summary>What it is to be called.</summary>
    public required string Image { get; init; }
    /// <summary>From what.</summary>
    public required BuildSpec Spec { get; init; }
    /// <summary>Whose it is; goes into its labels.</summary>
    public required string Owner { get; init; }
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
}

/// <summary>An image that was built here.</summary>
/// <param name="Image">Its name with the tag.</param>
/// <param name="Revision">The revision it was built for.</param>
public sealed record BuiltImage(string Image, string Revision);

/// <summary>An image cannot be built, sent or removed.</summary>
/// <param name="message">What is wrong and what to do.</param>
public sealed class ImageException(string message) : Exception(message);
