using System.CommandLine;
using Platform.CommandLine.Export;
using YamlDotNet.Serialization;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform export kubernetes FILE</c></summary>
internal static class ExportCommand
{
    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("export", "Write a manifest in the words of another system", "platform export kubernetes shop.yaml") { Kubernetes(cli) };
        return command;
    }

    private static DocumentedCommand Kubernetes(Cli cli)
    {
        var file = new Argument<string>("file") { Description = "The manifest; '-' reads it from standard input" };
        var image = new Option<string?>("--image") { Description = "The image, where the manifest names none" };
        var place = new Option<string?>("--namespace") { Description = "The namespace. Default: none, so wherever it is applied" };
        var ingress = new Option<string?>("--ingress-class") { Description = "The ingress controller. Default: the cluster's" };
        var command = new DocumentedCommand("kubernetes", "Write plain Kubernetes objects: Deployment, Service, HorizontalPodAutoscaler, PodDisruptionBudget, NetworkPolicy, Ingress",
            "platform export kubernetes shop.yaml > shop-kubernetes.yaml",
            "platform export kubernetes shop.yaml --image registry.example.org/shop:v2 | kubectl apply -f -") { file, image, place, ingress };
        cli.Run(command, async (parse, ct) =>
        {
            ManifestFile manifest;
            try
            {
                manifest = await ManifestFile.ReadAsync(parse.GetValue(file)!, ct);
            }
            catch (ManifestInvalid invalid)
            {
                cli.Output.Error.Write(invalid.Listing);
                return ExitCode.Usage;
            }

            var objects = KubernetesExport.Objects(manifest.Manifest, new KubernetesSettings(parse.GetValue(image), parse.GetValue(place), parse.GetValue(ingress)));
            cli.Output.Standard.Write(Yaml(objects));
            foreach (var loss in KubernetesExport.Losses(manifest.Manifest)) cli.Output.Error.WriteLine($"not said there: {loss}");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>One document per object.</summary>
    internal static string Yaml(IEnumerable<KubernetesObject> objects)
    {
        var serializer = new SerializerBuilder().WithQuotingNecessaryStrings(quoteYaml1_1Strings: true).DisableAliases().WithIndentedSequences().Build();
        return string.Concat(objects.Select(o => "---\n" + serializer.Serialize(o)));
    }
}
