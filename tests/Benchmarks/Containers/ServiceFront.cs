using Platform.Benchmarks.Gateway;
using Platform.Testing;

namespace Platform.Benchmarks.Containers;

/// <summary>
/// What visitors of a Swarm service meet where the Swarm's own routing mesh cannot be had (it needs the kernel's IPVS): nginx in the service's
/// network, which asks the Swarm's DNS every second where the tasks are.
/// </summary>
internal sealed class ServiceFront : IAsyncDisposable
{
    private const string Image = "nginx-bench:front", Name = "platform-bench-front";

    private readonly BenchEngine _engine;

    private ServiceFront(BenchEngine engine, int port) => (_engine, Address) = (engine, new Uri($"http://127.0.0.1:{port}/"));

    public Uri Address { get; }

    /// <summary>Starts it, from this machine's nginx, on the base image.</summary>
    public static async Task<ServiceFront> StartAsync(BenchEngine engine, string baseImage, string network, string service, int port)
    {
        var folder = Directory.CreateTempSubdirectory("bench-front-").FullName;
        try
        {
            await BuildAsync(engine, folder, baseImage, service, port);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        var published = ServerProcess.FreePort();
        await engine.DockerAsync("run", "--detach", "--name", Name, "--network", network, "--publish", $"127.0.0.1:{published}:80", Image);
        return new ServiceFront(engine, published);
    }

    public async ValueTask DisposeAsync() => await _engine.DockerAsync("rm", "--force", "--volumes", Name);

    private static async Task BuildAsync(BenchEngine engine, string folder, string baseImage, string service, int port)
    {
        File.Copy(NativeServer.Nginx, Path.Combine(folder, "nginx"));
        var libraries = Directory.CreateDirectory(Path.Combine(folder, "libraries")).FullName;
        foreach (var line in (await Command.RunAsync("ldd", NativeServer.Nginx)).Split('\n'))
        {
            // libpcre2-8.so.0 => /lib/x86_64-linux-gnu/libpcre2-8.so.0 (0x…); the C library is the image's own.
            if (line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var name, "=>", var file, ..] && !name.StartsWith("libc.so", StringComparison.Ordinal))
                File.Copy(file, Path.Combine(libraries, name));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Configuration(service, port));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Dockerfile"),
            $"FROM {baseImage}\nCOPY libraries/ /opt/nginx/\nCOPY nginx nginx.conf /opt/nginx/\nENV LD_LIBRARY_PATH=/opt/nginx\nENTRYPOINT [\"/opt/nginx/nginx\", \"-c\", \"/opt/nginx/nginx.conf\"]\n");
        await engine.BuildAsync("--tag", Image, folder);
    }

    private static string Configuration(string service, int port) => $$"""
        daemon off;
        worker_processes auto;
        pid /tmp/nginx.pid;
        error_log stderr error;
        events { worker_connections 8192; }
        http {
            access_log off;
            client_body_temp_path /tmp/1; proxy_temp_path /tmp/2; fastcgi_temp_path /tmp/3; uwsgi_temp_path /tmp/4; scgi_temp_path /tmp/5;
            resolver 127.0.0.11 valid=1s;
            map $http_upgrade $connection_upgrade { default upgrade; '' close; }
            server {
                listen 80;
                location / {
                    set $tasks tasks.{{service}};
                    proxy_pass http://$tasks:{{port}};
                    proxy_connect_timeout 1s;
                    proxy_http_version 1.1;
                    proxy_buffering off;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_upgrade;
                    proxy_set_header Host $host;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto $scheme;
                }
            }
        }

        """;
}
