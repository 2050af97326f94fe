namespace Platform.Hosting.Tests.Configuration;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string _data = TestHost.NewFolder();

    public sealed class FeatureOptions
    {
        /// <summary>How long it waits.</summary>
        [System.ComponentModel.DataAnnotations.Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
        public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(5);
        public long Size { get; set; } = 1024;
        public double Share { get; set; } = 0.05;
        public IReadOnlyList<string> Names { get; set; } = [];
        public string Password { get; set; } = "";
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private FeatureOptions? _bound;

    private ServiceModule Feature() => new("alpha", 0, b => _bound = b.AddOptions<FeatureOptions>("Feature"), _ => { });

    private ConfigurationException Refused(params string[] args) =>
        Assert.Throws<ConfigurationException>(() => ServiceHost.Build(["--data", _data, .. args], [Feature()]));

    [Fact]
    public async Task Values_AreReadAsPeopleWriteThem()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "platform.json"), """{ "Feature": { "Wait": "30s", "Size": "2Mi", "Names": ["a", "b"] } }""");
        await using var host = await TestHost.StartAsync([Feature()], ["--Feature:Share=7%"], data: _data);
        Assert.Equal((TimeSpan.FromSeconds(30), 2L << 20, 0.07), (_bound!.Wait, _bound.Size, _bound.Share));
        Assert.Equal(["a", "b"], _bound.Names);
    }

    [Fact]
    public async Task CommandLine_OverridesTheFile()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "platform.json"), """{ "Feature": { "Size": 1 } }""");
        await using var host = await TestHost.StartAsync([Feature()], ["--Feature:Size=2"], data: _data);
        Assert.Equal(2, _bound!.Size);
    }

    [Fact]
    public void EveryProblem_IsReportedAtOnce()
    {
        var refused = Refused("--Feature:Wait=2m", "--Feature:Size=large", "--Feature:Nmaes=x", "--Ports:alpha=99999", "--Bind=everywhere", "--Storage:Kind=oracle", "--Stream:Kind=post", "--Log:Format=xml");
        Assert.Equal(
            [
                "Bind: expected an IP address such as 127.0.0.1, found 'everywhere'",
                "Feature:Nmaes: expected a known key (did you mean Names?), found the unknown key 'Nmaes'",
                "Feature:Size: expected a whole number or a size such as 256Mi, 1Gi or 1048576 (bytes), found 'large'",
                "Feature:Wait: expected 1s to 1m, found '2m'",
                "Log:Format: expected one of console, json, found 'xml'",
                "Ports:alpha: expected 0 to 65535 (0: any free port), found '99999'",
                "Stream:Kind: expected one of inProcess, kafka, found 'post'",
            ],
            refused.Problems.Select(p => p.ToString()).Where(p => !p.StartsWith("Storage", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FileThatIsNotJson_IsOneProblem()
    {
        File.WriteAllText(Path.Combine(_data, "platform.json"), "{ nonsense");
        Assert.Equal("JSON", Assert.Single(Refused().Problems).Expected);
    }

    [Fact]
    public void SectionMisspelt_IsRefused_WithWhatWasMeant()
    {
        File.WriteAllText(Path.Combine(_data, "platform.json"), """{ "Featrue": { "Size": 1 } }""");
        Assert.Equal("a known key (did you mean Feature?)", Assert.Single(Refused().Problems).Expected);
    }

    [Fact]
    public async Task SectionOfAnotherService_IsAccepted()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "platform.json"), """{ "Somewhere": { "Else": 1 } }""");
        await using var host = await TestHost.StartAsync([Feature()], [], data: _data);
        Assert.NotNull(_bound);
    }

    [Fact]
    public void ArgumentThatIsNoSetting_IsRefused() =>
        Assert.Contains(Refused("serve").Problems, p => p.Path == "command line" && p.Found == "'serve'");

    [Fact]
    public async Task Run_WithAWrongConfiguration_EndsWith78AndSaysWhy()
    {
        var error = new StringWriter();
        var code = await HostRunner.RunAsync(() => ServiceHost.Build(["--data", _data, "--Feature:Wait=0s", "--Feature:Password=hunter2", "--Feature:Size=hunter2x"], [Feature()]), error);
        Assert.Equal(ExitCodes.Configuration, code);
        Assert.Contains("Feature:Wait: expected 1s to 1m, found '0s'", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Documentation_ListsEveryKeyWithDefaultAndRange()
    {
        var sections = ConfigurationDocumentation.Describe([Feature()]);
        var limits = Assert.Single(sections, s => s.Section == "Limits");
        var body = Assert.Single(limits.Keys, k => k.Key == "Limits:ControlBody");
        Assert.Equal(("1048576", "1024 to 1073741824", "The body of a control request, bytes."), (body.Default, body.Range, body.Text));
        Assert.Contains(sections.SelectMany(s => s.Keys), k => k is { Key: "Feature:Wait", Default: "5s", Range: "1s to 1m" });
        Assert.Contains(sections.SelectMany(s => s.Keys), k => k.Key == "Ports:alpha");
        Assert.All(sections.Where(s => s.Section is not ("Feature" or "Ports")).SelectMany(s => s.Keys), k => Assert.NotEmpty(k.Text));
        Assert.Contains("| `Limits:ControlBody` |", ConfigurationDocumentation.Markdown(sections), StringComparison.Ordinal);
    }
}
