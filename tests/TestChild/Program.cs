using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Processes;

// A replica that behaves as it is told: serve, stubborn, leave-child, hog BYTES, burn, crash CODE, chat LINES, print, bind PORT, status CODE, flap.
var mode = args.Length > 0 ? args[0] : "serve";
switch (mode)
{
    case "print":
        Console.WriteLine($"directory={Environment.CurrentDirectory}");
        foreach (var (name, value) in Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => ((string)e.Key, (string?)e.Value)))
            Console.WriteLine($"{name}={value}");
        Console.Error.WriteLine("to the error stream");
        return 0;
    case "crash":
        return int.Parse(args[1]);
    case "hog":
        {
            var hoard = new List<byte[]>();
            for (long taken = 0; taken < long.Parse(args[1]); taken += 1 << 20)
            {
                var block = new byte[1 << 20];
                Array.Fill(block, (byte)1);
                hoard.Add(block);
            }

            GC.KeepAlive(hoard);
            Console.WriteLine("took it all");
            return 0;
        }
    case "platform":
        {
            // Starts a replica as the platform would, says so, and waits to be killed: platform LOGS OWNER ID PORT MODE…
            var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddLogging();
            builder.AddProcessRuntime();
            using var host = builder.Build();
            var handle = await host.Services.GetRequiredService<IReplicaRuntime>().StartAsync(new ReplicaSpec
            {
                LogDirectory = args[1],
                Owner = args[2],
                Id = args[3],
                Application = "shop",
                Revision = "v1",
                Generation = 7,
                Port = int.Parse(args[4]),
                Manifest = new Manifest { Name = "shop", Revision = "v1", Process = new ProcessSpec { Command = [Environment.ProcessPath!, .. args[5..]] } },
            }, CancellationToken.None);
            Console.WriteLine(handle.Instance);
            await Task.Delay(Timeout.Infinite);
            return 0;
        }
    case "burn":
        while (true) Burn();
    case "chat":
        for (var i = 0; i < int.Parse(args[1]); i++)
        {
            Console.WriteLine($"line {i}");
            if (i % 100 == 0) await Task.Delay(1);
        }

        await Task.Delay(Timeout.Infinite);
        return 0;
    case "leave-child":
        // The child would go on for an hour after this process has ended.
        Console.WriteLine($"child {Process.Start("sleep", "3600").Id}");
        await Task.Delay(int.Parse(args[1]));
        return 0;
    case "bind":
        // Wants one port of its own, whatever it was given.
        return await Serve(stubborn: false, _ => 200, int.Parse(args[1]));
    case "status":
        return await Serve(stubborn: false, _ => int.Parse(args[1]));
    case "flap":
        return await Serve(stubborn: false, number => number % 2 == 0 ? 200 : 503);
    default:
        return await Serve(mode == "stubborn", _ => 200);
}

static void Burn()
{
    var x = 1.0;
    for (var i = 0; i < 1_000_000; i++) x = Math.Sqrt(x + i);
    GC.KeepAlive(x);
}

static async Task<int> Serve(bool stubborn, Func<int, int> status, int? port = null)
{
    var stop = new TaskCompletionSource();
    // Never let go of: who is asked to end twice ends as he was asked to the first time.
    var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        Console.WriteLine("asked to end");
        if (!stubborn) stop.TrySetResult();
    });
    AppDomain.CurrentDomain.ProcessExit += (_, _) => GC.KeepAlive(terminate);
    using var listener = new TcpListener(IPAddress.Parse(Environment.GetEnvironmentVariable("LISTEN") ?? "127.0.0.1"), port ?? int.Parse(Environment.GetEnvironmentVariable("PORT")!));
    listener.Start();
    Console.WriteLine("serving");
    for (var number = 0; ; number++)
    {
        var accept = listener.AcceptTcpClientAsync();
        if (await Task.WhenAny(accept, stop.Task) == stop.Task) return 0;
        using var client = await accept;
        var request = new byte[4096];
        _ = await client.GetStream().ReadAsync(request);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status(number)} OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
    }
}
