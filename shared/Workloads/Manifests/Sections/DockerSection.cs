using Platform.Workloads.Manifests.Yaml;
using Platform.Workloads.Runtimes.Docker.Engine;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>docker: { image, command, env, user, readOnly, network, volumes, registry }</c></summary>
internal static class DockerSection
{
    private const string Image = "an image such as registry.example.org/shop/web:v2";

    public static DockerSpec? Read(Section root, string runtime)
    {
        if (!root.Has("docker"))
        {
            if (RuntimeNames.SectionOf(runtime) == RuntimeNames.Docker) root.Missing("docker", "a section with the image that replicas are made of, for example docker: { image: \"shop:v2\" }");
            return null;
        }

        var section = root.Sub("docker");
        var docker = new DockerSpec
        {
            Image = section.IsUnreadable ? "" : section.Required("image", Image, ImageReference.IsValid),
            Command = ProcessSection.Command(section, "a list of arguments, in place of the image's own command", isRequired: false),
            Env = EnvironmentSection.Read(section.Sub("env")),
            User = section.Value<string?>("user", null, "a user, or user:group, by name or number, such as 10001:10001", (string text, out string? value) => Rules.IsUser(value = text)),
            ReadOnly = section.Value("readOnly", false, "true or false", bool.TryParse),
            Network = section.Value("network", DockerSpec.DefaultNetwork, "bridge, host, or the name of a network of the engine", Section.Text, Rules.IsNetwork),
            Volumes = VolumeSection.Read(section.Sub("volumes")),
            Registry = section.Has("registry") ? Registry(section.Sub("registry")) : null,
        };
        section.Close();
        return docker;
    }

    private static string Password(Section section)
    {
        const string expected = "secret://name";
        switch (section.Find("password"))
        {
            case null:
                section.Missing("password", expected);
                return "";
            case YamlScalar reference when Rules.IsSecretReference(reference.Text):
                return reference.Text;
            case var other:
                // What stands there may be the password itself.
                section.Problems.Add(other, section.PathOf("password"), expected, "a value that is not shown", "A manifest holds references only, never a password: secret://name.");
                return "";
        }
    }

    private static RegistrySpec Registry(Section section)
    {
        var registry = new RegistrySpec
        {
            Username = section.IsUnreadable ? "" : section.Required("username", "a user's name at the registry", text => text.Length is > 0 and <= 256),
            Password = section.IsUnreadable ? "" : Password(section),
        };
        section.Close();
        return registry;
    }
}
