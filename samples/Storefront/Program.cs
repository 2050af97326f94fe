using Storefront;

var version = Setting("STOREFRONT_VERSION") ?? (args is [var given, ..] && !given.StartsWith('-') ? given : "v1");
var port = Setting("PORT") ?? "5000";
// In a container it is reached from outside of its network: 0.0.0.0.
var address = Setting("STOREFRONT_LISTEN") ?? "127.0.0.1";

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://{address}:{port}");
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ShopJson.Default));

var shop = new Shop(version, Catalogue.Create(), new OrderJournal(Setting("STOREFRONT_JOURNAL")), TimeProvider.System);
var faults = BrokenRelease.For(version, TimeProvider.System);

var warmUp = new WarmUp();
var app = builder.Build();
app.UseWebSockets();
app.Use(shop.Metrics.CountAsync);
app.Use(faults.PassAsync);
app.MapShop(shop, warmUp);
app.MapLive(shop, app.Lifetime);
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"storefront {version} listens on {address}:{port}"));
app.Lifetime.ApplicationStopping.Register(() => Console.WriteLine($"storefront {version} is stopping: finishing the requests under way"));
await app.StartAsync();
await warmUp.RunAsync(new Uri($"http://127.0.0.1:{port}"), app.Lifetime.ApplicationStopping);
await app.WaitForShutdownAsync();

static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
