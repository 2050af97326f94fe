using System.Runtime.InteropServices;
using Platform.CommandLine.Commands;
using Platform.CommandLine.Rendering;

// The first signal asks the command to stop in good order; a second one, sent because that took too long, ends the process as usual.
using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
return await CommandTree.RunAsync(args, new Output(Console.Out, Console.Error), TimeProvider.System, stop.Token);

void StopOnce(PosixSignalContext signal)
{
    if (stop.IsCancellationRequested) return;
    signal.Cancel = true;
    stop.Cancel();
}
