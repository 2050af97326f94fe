using System.Text.Json.Nodes;
using Platform.Testing.Kubernetes;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Workloads.Tests.Runtimes.Kubernetes.Api;

/// <summary>The client against the strict server: what each refuses, and how the client goes on.</summary>
public sealed class ApiClientTests : IAsyncLifetime
{
    private readonly string _pods = ResourcePaths.Pods("default"), _secrets = ResourcePaths.Secrets("default");
    private TestCluster _cluster = null!;
    private ApiClient _api = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _api = new ApiClient(Kubeconfig.Read(_cluster.Kubeconfig(_cluster.Accounts.Admin), null), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task CreateAsync_AMemberThatTheTypeDoesNotHave_IsRefusedByName()
    {
        var error = await Assert.ThrowsAsync<ApiRefusedException>(() => _api.CreateAsync(_secrets, Secret("a").Also(s => s["dta"] = "x"), Cancelled));

        Assert.Equal((400, "BadRequest"), (error.Code, error.Reason));
        Assert.Contains("unknown field \"dta\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateAsync_WhatIsThereAlready_IsSaidToBe()
    {
        await _api.CreateAsync(_secrets, Secret("a"), Cancelled);

        Assert.True((await Assert.ThrowsAsync<ApiRefusedException>(() => _api.CreateAsync(_secrets, Secret("a"), Cancelled))).IsAlreadyExists);
    }

    [Fact]
    public async Task UpdateAsync_ManyAtOnce_LoseNoneOfTheirChanges()
    {
        await _api.CreateAsync(_secrets, Secret("a"), Cancelled);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => _api.UpdateAsync($"{_secrets}/a", s => (s["metadata"]!["annotations"] ??= new JsonObject())[$"change-{i}"] = "made", Cancelled)));

        Assert.Equal(4, (await _api.GetAsync($"{_secrets}/a", Cancelled)).Texts("metadata", "annotations").Count);
    }

    [Fact]
    public async Task ApplyAsync_TakesOutWhatItNoLongerSays_AndLeavesWhatOthersHaveSet()
    {
        await _api.ApplyAsync($"{_secrets}/a", Secret("a").Also(s => s["metadata"]!["labels"] = new JsonObject { ["ours"] = "1", ["more"] = "1" }), Cancelled);
        await _api.PatchAsync($"{_secrets}/a", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["theirs"] = "1" } } }, Cancelled);
        _cluster.Objects.Patch(Schema.Of("Secret"), "default", "a", "application/merge-patch+json", new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["others"] = "1" } } }, new WriteOptions("somebody"));

        await _api.ApplyAsync($"{_secrets}/a", Secret("a").Also(s => s["metadata"]!["labels"] = new JsonObject { ["ours"] = "2" }), Cancelled);

        Assert.Equal(["ours=2", "others=1"], (await _api.GetAsync($"{_secrets}/a", Cancelled)).Texts("metadata", "labels").Select(l => $"{l.Key}={l.Value}").OrderDescending());
    }

    [Fact]
    public async Task ListAsync_MoreThanAPage_GivesAllOfThemOnce()
    {
        for (var i = 0; i < 620; i++) _cluster.Objects.Create(Schema.Of("Secret"), "default", Secret($"s-{i}"), new WriteOptions("tests"));

        var (items, _) = await _api.ListAsync(_secrets, null, Cancelled);

        Assert.Equal(620, items.Select(Json.NameOf).Distinct().Count());
    }

    [Fact]
    public async Task ABusyServer_IsAskedAgainAfterWhatItSays()
    {
        var turned = 0;
        _cluster.Server.Refuse = (_, kind, _) => kind == "Secret" && turned++ == 0 ? new ApiError(429, "TooManyRequests", "later") : null;

        await _api.CreateAsync(_secrets, Secret("a"), Cancelled);

        Assert.Equal(2, turned);
    }

    [Fact]
    public async Task ACertificate_LetsIn_AndAnotherAuthorityIsNotTrusted()
    {
        var (certificate, key) = _cluster.Certificates.Client("admin");
        using var another = new ClusterCertificates();
        var access = new ClusterAccess { Server = new Uri(_cluster.Server.Address, "/"), Namespace = "default", Authorities = Kubeconfig.Certificates(_cluster.Certificates.AuthorityPem), ClientCertificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(certificate, key) };

        using (var api = new ApiClient(access, TimeProvider.System)) Assert.Empty((await api.ListAsync(_pods, null, Cancelled)).Items);
        using (var api = new ApiClient(access with { Authorities = Kubeconfig.Certificates(another.AuthorityPem) }, TimeProvider.System)) await Assert.ThrowsAsync<RuntimeUnavailableException>(() => api.ListAsync(_pods, null, Cancelled));
        using (var api = new ApiClient(access with { ClientCertificate = null, Token = "guessed" }, TimeProvider.System)) Assert.Contains("Unauthorized", (await Assert.ThrowsAsync<RuntimeUnavailableException>(() => api.ListAsync(_pods, null, Cancelled))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWatch_GoesOnFromBookmarks_AndListsAgainWhenTheServerHasForgotten()
    {
        _cluster.Server.BookmarkInterval = TimeSpan.FromMilliseconds(50);
        using var informer = new Informer(_api, _secrets, "watched=yes", TimeProvider.System);
        _cluster.Objects.Create(Schema.Of("Secret"), "default", Labelled("a"), new WriteOptions("tests"));
        await using var seen = informer.FollowAsync("a", Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.True(await seen.MoveNextAsync());

        // Much changes that it does not hear of, and is forgotten; its bookmarks have kept up.
        for (var i = 0; i < 20; i++) _cluster.Objects.Create(Schema.Of("ConfigMap"), "default", new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"c-{i}" } }, new WriteOptions("tests"));
        await _cluster.Server.BookmarkedAsync(_cluster.Store.Version, Cancelled);
        _cluster.Store.Forget();
        _cluster.Objects.Patch(Schema.Of("Secret"), "default", "a", "application/merge-patch+json", Annotated("1"), new WriteOptions("tests"));
        while (seen.Current.Object.Texts("metadata", "annotations").GetValueOrDefault("n") != "1") Assert.True(await seen.MoveNextAsync());
        Assert.Equal(1, informer.Lists);

        // Away while it is forgotten: 410, and it lists again.
        await _cluster.Server.StopAsync();
        _cluster.Objects.Patch(Schema.Of("Secret"), "default", "a", "application/merge-patch+json", Annotated("2"), new WriteOptions("tests"));
        _cluster.Store.Forget();
        await _cluster.Server.StartAsync();
        while (seen.Current.Object.Texts("metadata", "annotations").GetValueOrDefault("n") != "2") Assert.True(await seen.MoveNextAsync());
        Assert.Equal(2, informer.Lists);

        _cluster.Objects.Delete(Schema.Of("Secret"), "default", "a", null);
        while (!seen.Current.IsGone) Assert.True(await seen.MoveNextAsync());
    }

    [Theory]
    [InlineData("users: [ { name: user, user: { exec: { command: aws } } } ]", "exec is not supported")]
    [InlineData("users: [ { name: user, user: { client-certificate-data: LS0t } } ]", "no client-key")]
    [InlineData("users: []", "no entry 'user' among its users")]
    public void Kubeconfig_WhatCannotBeUsed_IsRefusedByName(string users, string expected)
    {
        var path = Path.Combine(_cluster.Folder, "kubeconfig");
        File.WriteAllText(path, $"current-context: c\nclusters: [ {{ name: k, cluster: {{ server: \"https://127.0.0.1:1\" }} }} ]\ncontexts: [ {{ name: c, context: {{ cluster: k, user: user }} }} ]\n{users}\n");

        Assert.Contains(expected, Assert.Throws<ClusterAccessException>(() => Kubeconfig.Read(path, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InClusterAccess_TheFilesOfAPod_AreItsAccount()
    {
        File.WriteAllText(Path.Combine(_cluster.Folder, "token"), "t");
        File.WriteAllText(Path.Combine(_cluster.Folder, "namespace"), "shop\n");
        File.WriteAllText(Path.Combine(_cluster.Folder, "ca.crt"), _cluster.Certificates.AuthorityPem);

        var access = InClusterAccess.Find(_cluster.Folder, name => name switch { "KUBERNETES_SERVICE_HOST" => "fd00::1", "KUBERNETES_SERVICE_PORT" => "6443", _ => null })!;

        Assert.Equal(("https://[fd00::1]:6443/", "shop", 1), (access.Server.AbsoluteUri, access.Namespace, access.Authorities!.Count));
        Assert.Null(InClusterAccess.Find(_cluster.Folder, _ => null));
    }

    [Theory]
    [InlineData("250m", 0.25)]
    [InlineData("1340917n", 0.001340917)]
    [InlineData("12Mi", 12582912)]
    [InlineData("1e3", 1000)]
    [InlineData("2", 2)]
    public void Quantity_IsReadAsItIsMeant(string text, double value) => Assert.Equal(value, Quantity.Parse(text)!.Value, 9);

    private static JsonObject Annotated(string value) => new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["n"] = value } } };

    private static JsonObject Labelled(string name) => Secret(name).Also(s => s["metadata"]!["labels"] = new JsonObject { ["watched"] = "yes" });

    private static JsonObject Secret(string name) => new() { ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = name } };
}
