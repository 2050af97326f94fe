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
    [InlineData("{ name: a, revision: v2, runtime: docker, docker: { image: 'r.example.org/shop:v2' }, pipeline: { build: { dockerfile: docker/web.Dockerfile, args: { BASE: debian } }, push: { timeLimit: 2m }, prepare: { command: [migrate, up], env: { A: 'x y', P: secret://p }, image: 'shop-tools:1', network: host, undo: { command: [migrate, down], timeLimit: 90s } } } }")]
    [InlineData("{ name: a, revision: v2, runtime: docker, docker: { image: 'shop:v2' }, pipeline: { build: { context: ./out, publish: Shop.dll, baseImage: base }, checks: [ { name: a, http: /ready?x=1 }, { name: b, postgres: secret://db, timeout: 1s, retries: 0 }, { name: c, redis: 'cache:6379' }, { name: d, redis: secret://cache }, { name: e, amqp: '[::1]:5672' }, { name: f, tcp: '127.0.0.1:1' }, { name: g, http: 'https://example.org/a?b=c' } ] } }")]
    [InlineData("{ name: a, revision: v2, process: { command: [x] }, pipeline: { tests: { command: [./test, '--all'], workingDirectory: tests }, hooks: [ { before: validate, http: 'https://example.org/hook', headers: { Authorization: secret://t, X-A: 'b: c' }, timeLimit: 5s, onFailure: ignore }, { after: rollBack, command: [tell], env: { A: '1' }, undo: { command: [x] } } ] } }")]
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
