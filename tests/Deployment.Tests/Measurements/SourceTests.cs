using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Deployment.Measurements;
using Platform.Effects;
using Platform.Hosting.Measurements;
using Platform.Workloads.Manifests;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Tests.Measurements;

public sealed class SourceTests : IDisposable
{
    private readonly HttpListener _server = new();
    private readonly MetricHttp _http;
    private readonly string _address;
    private HttpListenerRequest? _asked;

    public SourceTests()
    {
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        _server.Prefixes.Add(_address + "/");
        _server.Start();
        _http = Http("127.0.0.0/8");
    }

    public void Dispose()
    {
        _http.Dispose();
        _server.Close();
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1,"0.25"]}}""", 0.25, null)]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"-3e2"]}]}}""", -300.0, null)]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]}}""", null, "the query returned nothing")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"1"},"value":[1,"1"]},{"metric":{"a":"2"},"value":[1,"1"]}]}}""", null, "returned 2 series where one number is needed ({\"a\":\"1\"}, {\"a\":\"2\"})")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]}]}}""", null, "it answered NaN")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1,"+Inf"]}}""", null, "an infinite number")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[]}}""", null, "a range such as x[5m] needs a function")]
    [InlineData("""{"status":"error","errorType":"timeout","error":"query timed out"}""", null, "it answered timeout: query timed out")]
    public void Prometheus_AnyAnswer_IsOneNumberOrSaysWhyNot(string answer, double? value, string? problem)
    {
        using var document = JsonDocument.Parse(answer);

        var reading = PrometheusQuery.Read(document.RootElement);

        Assert.Equal(value, reading.Value);
        if (problem is null) Assert.Null(reading.Problem);
        else Assert.Contains(problem, reading.Problem);
    }

    [Theory]
    [InlineData("$.data.items[1].value", """{"data":{"items":[{"value":1},{"value":2.5}]}}""", 2.5)]
    [InlineData("{$.ok}", """{"ok":true}""", 1.0)]
    [InlineData("$['the depth']", """{"the depth":"7"}""", 7.0)]
    [InlineData("$", "12", 12.0)]
    public async Task Web_NumberAtAPath_IsTheReading(string path, string answer, double value)
    {
        var reading = await AskAsync(new WebSpec { Url = _address + "/figures/{{revision}}?of={{application}}", JsonPath = path }, 200, answer);

        Assert.Equal(new Reading(value, null), reading);
        Assert.Equal("/figures/v2?of=shop", _asked!.RawUrl);
    }

    [Theory]
    [InlineData(200, """{"a":{}}""", "its answer has no number at $.a: {\"a\":{}}")]
    [InlineData(200, "<html>", "its answer is not JSON: <html>")]
    [InlineData(503, "warming up", "it answered 503: warming up")]
    [InlineData(302, "", "it answered 302; redirects are not followed")]
    public async Task Web_AnythingElse_SaysWhatWasAnswered(int status, string answer, string problem) =>
        Assert.Equal(Reading.None(problem), await AskAsync(new WebSpec { Url = _address, JsonPath = "$.a" }, status, answer));

    [Fact]
    public async Task Web_AnswerWithoutAnEnd_IsReadToABound()
    {
        var reading = await AskAsync(new WebSpec { Url = _address }, 200, new string('1', 2 * 1024 * 1024));

        Assert.Equal(Reading.None("its answer is longer than 1024 KiB"), reading);
    }

    [Fact]
    public async Task Headers_WithASecret_SendItAndNeverTellIt()
    {
        var spec = new WebSpec { Url = _address, Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer secret://metrics" } };

        var reading = await AskAsync(spec, 401, "no such key: hunter2-hunter2");

        Assert.Equal("Bearer hunter2-hunter2", _asked!.Headers["Authorization"]);
        Assert.Equal(Reading.None("it answered 401: no such key: ***"), reading);
    }

    [Fact]
    public async Task Headers_WithAnUnknownSecret_SayHowToAddIt()
    {
        var spec = new WebSpec { Url = _address, Headers = new Dictionary<string, string> { ["Authorization"] = "secret://nobody" } };

        var reading = await new WebSource(_http).ReadAsync(spec, Question(), CancellationToken.None);

        Assert.Equal(Reading.None("there is no secret 'nobody'; write it down"), reading);
    }

    [Fact]
    public async Task Addresses_ThatAreNotPublic_AreRefusedUntilAllowed()
    {
        using var http = Http();

        var reading = await new WebSource(http).ReadAsync(new WebSpec { Url = _address }, Question(), CancellationToken.None);

        Assert.Contains("which is not a public address. An admin can allow it with Analysis:Allow", reading.Problem);
    }

    [Fact]
    public async Task Web_NoAnswerInTime_SaysSo()
    {
        var reading = await new WebSource(_http).ReadAsync(new WebSpec { Url = _address }, Question() with { Timeout = TimeSpan.FromMilliseconds(100) }, CancellationToken.None);

        Assert.Equal(Reading.None("it did not answer within 0.1 s"), reading);
    }

    [Theory]
    [InlineData(0, " 3.5\n", "", 3.5, null)]
    [InlineData(0, "", "", null, "it printed nothing where one number is needed")]
    [InlineData(0, "3 or 4", "", null, "it printed '3 or 4' where one number is needed")]
    [InlineData(2, "", "no such table\n", null, "it ended with exit code 2: no such table")]
    public void Command_AnyEnd_IsOneNumberOrSaysWhyNot(int code, string output, string errors, double? value, string? problem) =>
        Assert.Equal(new Reading(value, problem), CommandSource.Read(code, output, errors));

    [Fact]
    public async Task Command_IsRunWithItsPlaceholdersAndALimit()
    {
        var source = new CommandSource(Options.Create(new AnalysisOptions()), UnhinderedEffects.Instance, TimeProvider.System);

        Assert.Equal(new Reading(2, null), await source.ReadAsync(new CommandSpec { Command = ["expr", "length", "{{revision}}"] }, Question(), CancellationToken.None));
        Assert.Equal(
            Reading.None("it did not end within 0.2 s and was killed"),
            await source.ReadAsync(new CommandSpec { Command = ["sleep", "100"] }, Question() with { Timeout = TimeSpan.FromMilliseconds(200) }, CancellationToken.None));
        Assert.Contains("cannot be run", (await source.ReadAsync(new CommandSpec { Command = ["no-such-program-here"] }, Question(), CancellationToken.None)).Problem);
        Assert.Contains(
            "an admin can allow them with Analysis:Commands",
            (await source.ReadAsync(new CommandSpec { Command = ["expr", "1"] }, Question() with { Manifest = Manifest with { Runtime = RuntimeNames.Docker } }, CancellationToken.None)).Problem);
    }

    private async Task<Reading> AskAsync(WebSpec spec, int status, string answer)
    {
        var reading = new WebSource(_http).ReadAsync(spec, Question(), CancellationToken.None);
        var context = await _server.GetContextAsync();
        _asked = context.Request;
        context.Response.StatusCode = status;
        if (status == 302) context.Response.RedirectLocation = _address + "/elsewhere";
        var body = Encoding.UTF8.GetBytes(answer);
        try
        {
            await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
        catch (HttpListenerException)
        {
            // Who reads to a bound hangs up.
            context.Response.Abort();
        }

        return await reading;
    }

    private static Manifest Manifest { get; } = new() { Name = "shop", Revision = "v2" };

    private static MetricQuestion Question() => new(Manifest, "shop", "v2", "v1", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));

    private static MetricHttp Http(params string[] allowed) => MeasurementModule.Http(new ServiceCollection()
        .AddSingleton(Options.Create(new AnalysisOptions { Allow = allowed }))
        .AddSingleton<ISecrets>(new OneSecret())
        .AddSingleton<IEffects>(UnhinderedEffects.Instance)
        .AddSingleton(TimeProvider.System)
        .BuildServiceProvider());

    private sealed class OneSecret : ISecrets
    {
        public string? Find(string name) => name == "metrics" ? "hunter2-hunter2" : null;

        public string HowToAdd(string name) => "write it down";
    }
}
