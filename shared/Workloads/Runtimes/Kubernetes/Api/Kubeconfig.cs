using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>
/// The file by which <c>kubectl</c> knows its clusters. Understood: contexts, certificates and keys as data or files, tokens and token files.
/// What would have to be run (<c>exec</c>, <c>auth-provider</c>) and passwords are refused by name.
/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
/// </summary>
internal static class Kubeconfig
{
    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">The context; null: its current one.</param>
    /// <exception cref="ClusterAccessException">It cannot be read or used.</exception>
    public static ClusterAccess Read(string path, string? context)
    {
        try
        {
            var yaml = new YamlStream();
            using (var text = File.OpenText(path)) yaml.Load(text);
            var root = new Place(path, "", yaml.Documents.Count > 0 ? yaml.Documents[0].RootNode : new YamlMappingNode());
            var name = context ?? root.Text("current-context") ?? throw new ClusterAccessException($"{path} has no current-context; name one with Kubernetes:Context, or run kubectl config use-context NAME.");
            return Access(root, name, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or YamlException or CryptographicException or FormatException)
        {
            throw new ClusterAccessException($"The kubeconfig {path} cannot be used: {error.Message}");
        }
    }

    private static ClusterAccess Access(Place root, string name, string path)
    {
        var context = root.Named("contexts", name, "context");
        var cluster = root.Named("clusters", context.Required("cluster"), "cluster");
        var user = context.Text("user") is { } who ? root.Named("users", who, "user") : new Place(path, "users", new YamlMappingNode());
        foreach (var (member, instead) in (ReadOnlySpan<(string, string)>)[("exec", "a plug-in would have to be run"), ("auth-provider", "a plug-in would have to be run"), ("username", "API servers no longer take passwords")])
            if (user.Has(member)) throw new ClusterAccessException($"{path}: {user.Where}.{member} is not supported, {instead}. Give the platform a service account's token (kubectl create token) or a client certificate.");
        foreach (var member in (ReadOnlySpan<string>)["proxy-url"])
            if (cluster.Has(member)) throw new ClusterAccessException($"{path}: {cluster.Where}.{member} is not supported; name an address that is reached directly.");

        var server = cluster.Required("server");
        if (!Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw new ClusterAccessException($"{path}: {cluster.Where}.server is '{server}', which is no http or https address.");
        var tokenFile = user.Text("tokenFile") is { } file ? user.Resolve(file) : null;
        return new ClusterAccess
        {
            Server = address,
            Namespace = context.Text("namespace") is { Length: > 0 } place ? place : "default",
            Authorities = cluster.Pem("certificate-authority") is { } authorities ? Certificates(authorities) : null,
            ServerName = cluster.Text("tls-server-name"),
            SkipVerification = cluster.Text("insecure-skip-tls-verify") == "true",
            ClientCertificate = ClientCertificate(user),
            Token = tokenFile is null ? user.Text("token") : null,
            TokenFile = tokenFile,
        };
    }

    public static X509Certificate2Collection Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    private static X509Certificate2? ClientCertificate(Place user)
    {
        if (user.Pem("client-certificate") is not { } certificate) return null;
        var key = user.Pem("client-key") ?? throw new ClusterAccessException($"{user.Path}: {user.Where} has a client-certificate but no client-key.");
        return X509Certificate2.CreateFromPem(certificate, key);
    }

    /// <summary>A section of the file, with its place for the messages.</summary>
    private sealed class Place(string path, string where, YamlNode node)
    {
        public string Path => path;

        public string Where => where;

        public bool Has(string member) => Member(member) is not (null or YamlScalarNode { Value: null or "" });

        public string? Text(string member) => (Member(member) as YamlScalarNode)?.Value is { Length: > 0 } text ? text : null;

        public string Required(string member) => Text(member) ?? throw new ClusterAccessException($"{path}: {where}.{member} is missing.");

        /// <summary>The entry of a list that has this name.</summary>
        public Place Named(string list, string name, string member)
        {
            var entries = (Member(list) as YamlSequenceNode)?.Children.Select(entry => new Place(path, $"{list}[{name}]", entry)).ToList() ?? [];
            var found = entries.FirstOrDefault(e => e.Text("name") == name)
                ?? throw new ClusterAccessException($"{path} has no entry '{name}' among its {list}; it has: {string.Join(", ", entries.Select(e => e.Text("name")))}.");
            return new Place(path, $"{list}[{name}].{member}", found.Member(member) ?? new YamlMappingNode());
        }

        /// <summary>Data in base 64, or the file that is named in its place.</summary>
        public string? Pem(string member)
        {
            if (Text(member + "-data") is { } data) return Encoding.ASCII.GetString(Convert.FromBase64String(data));
            return Text(member) is { } file ? File.ReadAllText(Resolve(file)) : null;
        }

        /// <summary>Relative paths count from the file's own folder.</summary>
        public string Resolve(string file) => System.IO.Path.GetFullPath(file, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);

        private YamlNode? Member(string member) => node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(member), out var value) ? value : null;
    }
}
