using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Storefront;

/// <summary>
/// Every order taken, one line each, appended to a file when <c>STOREFRONT_JOURNAL</c> names one: whoever places orders can then
/// see from outside that none was lost on the way or taken twice.
/// </summary>
internal sealed partial class OrderJournal : IDisposable
{
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int Append = 0x400;
    private const int CloseOnExec = 0x80000;
    private const int OwnerWritesAllRead = 0x1A4;

    private readonly SafeFileHandle? _file;

    public OrderJournal(string? path)
    {
        if (path is null) return;
        // FileMode.Append only seeks to the end when it opens, and writes at offsets from there: replicas would overwrite each other.
        // The kernel's own O_APPEND makes each small write one line at whatever is the end then.
        _file = Open(path, WriteOnly | Create | Append | CloseOnExec, OwnerWritesAllRead);
        if (_file.IsInvalid) throw new IOException($"{path} cannot be appended to: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Write(string order)
    {
        if (_file is not null) RandomAccess.Write(_file, Encoding.UTF8.GetBytes(order + "\n"), fileOffset: 0);
    }

    public void Dispose() => _file?.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);
}
