using System.Text.Json;
using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

public sealed class ManifestWriterTests
{
    [Theory]
    [InlineData(Sample.Full)]
    [InlineData("{ name: a, revision: '1.0', process: { command: [x] } }")]
    [InlineData("{ name: '1', revision: 'null', process: { command: ['a b', 'é\"\\', \"\\u2028\\n\"], env: { A: '~', B: 'x: #y', C: ' ' } } }")]
    [InlineData("{ name: a, revision: b, runtime: docker, docker: { image: shop }, port: 80 }")]
    [InlineData("{ name: a, revision: b, runtime: swarm, docker: { image: shop } }")]
    [InlineData("{ name: a, revision: b, runtime: docker, docker: { image: 'r.example.org:5000/shop/web:v2', command: [serve, '--all'], env: { A: b, P: secret://p }, user: '10001:10001', readOnly: true, network: shops, volumes: { orders: /var/lib/orders }, registry: { username: me, password: secret://registry } } }")]
    [InlineData("{ name: a, revision: b, process: { command: [x] }, scaling: { metrics: [ { name: depth, target: 0.00001234 }, { name: bytes, target: 12345678901234567890 } ] } }")]
    [InlineData(Metrics)]
    [InlineData("{ name: a, revision: b, process: { command: [x] }, rollout: { strategy: canary, steps: [ { weight: 5, analysis: [load] }, 100 ], analysis: { judge: kayenta, groupWeights: { errors: 20, load: 30.5 }, metrics: [ { name: load, command: [./load, '{{revision}}'], compare: { direction: either }, critical: true, group: load } ] } } }")]
    [InlineData("{ name: a, revision: b, process: { command: [x] }, rollout: { strategy: blueGreen, prePromotionAnalysis: true, analysis: { minRequests: 0, metrics: [ { name: load, web: { url: 'https://a.example/{{revision}}', jsonPath: '$.a[0]' }, min: -1.5e-7, count: 3 } ] } } }")]
    public void Write_AnyManifest_ReadsBackAsTheSame(string yaml)
    {
        var manifest = ManifestReader.Read(yaml, "/srv/shop").Manifest!;

        var written = ManifestWriter.Write(manifest);
        var again = ManifestReader.Read(written, baseDirectory: null);

        Assert.Empty(again.Problems);
        Assert.Equal(JsonSerializer.Serialize(manifest), JsonSerializer.Serialize(again.Manifest));
        Assert.Equal(written, ManifestWriter.Write(again.Manifest!));
    }

    private const string Metrics = """
        name: a
        revision: b
        process: { command: [x] }
        rollout:
          strategy: canary
          analysis:
            metrics:
              - name: failures
                prometheus:
                  address: http://prometheus.example.org:9090
                  query: 'sum(rate(failed_total{revision="{{revision}}"}[{{interval}}]))'
                  headers: { Authorization: Bearer secret://prometheus, X-Scope-OrgID: shop }
                interval: 30s
                initialDelay: 10s
                max: 2.5
                failureLimit: 2
                consecutiveErrorLimit: 1
                weight: 2
              - { name: depth, command: [./depth, "{{revision}}"], compare: { tolerance: 20% } }
        """;
}
