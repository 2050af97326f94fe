namespace Platform.Effects;

/// <summary>
/// Files that survive a kill at any line: written beside, flushed, renamed into place, the folder flushed.
/// A reader sees the old content or the new one, never a part.
/// </summary>
public static class DurableFile
{
    /// <summary>Replaces the content of <paramref name="path"/>.</summary>
    /// <param name="effects">The gate.</param>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="content">All of its new content.</param>
    /// <param name="mode">Its permission bits. Default: read and write for the owner.</param>
    public static void Write(IEffects effects, string path, ReadOnlySpan<byte> content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var temporary = path + ".new";
        effects.Before(EffectKind.FileWrite, path);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        }))
        {
            file.Write(content[..effects.Torn(path, content.Length)]);
            file.Flush(flushToDisk: true);
        }

        effects.After(EffectKind.FileWrite, path);
        effects.Before(EffectKind.FileRename, path);
        File.Move(temporary, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        effects.After(EffectKind.FileRename, path);
    }

    /// <summary>Makes a rename durable: the folder's own entry must reach the disk too.</summary>
    private static void FlushFolder(string folder)
    {
        using var handle = NativeFolder.Open(folder);
        RandomAccess.FlushToDisk(handle);
    }
}
