using System.Text;
using System.Text.Json.Serialization;

namespace Storefront;

/// <summary>The shop's answers.</summary>
internal sealed record CataloguePage(string Version, int Page, IReadOnlyList<Product> Products);
internal sealed record ProductPage(string Version, Product Product, IReadOnlyList<Product> GoesWith);
internal sealed record CartPage(string Version, IReadOnlyDictionary<int, int> Lines, decimal Total);
internal sealed record Receipt(string Version, string Order, decimal Total);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CataloguePage))]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(CartPage))]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ShopJson : JsonSerializerContext;

/// <summary>A small shop: <c>/</c>, <c>/products/{id}</c>, <c>/cart/{id}</c>, <c>/checkout</c>, <c>/stream</c>; beside it <c>/health</c> and <c>/metrics</c>.</summary>
internal sealed class Shop(string version, Catalogue catalogue, OrderJournal journal, TimeProvider clock)
{
    private const int PageSize = 12;
    private const int StreamLines = 20;
    private long _lookups;

    public ShopMetrics Metrics { get; } = new();

    public string Version => version;

    public TimeProvider Clock => clock;

    public async Task<CataloguePage> BrowseAsync(int page, CancellationToken ct)
    {
        await LookUpAsync(ct);
        var first = Math.Max(0, page) * PageSize % catalogue.Items.Count;
        return new CataloguePage(version, page, [.. catalogue.Items.Skip(first).Take(PageSize)]);
    }

    public async Task<IResult> ShowAsync(int id, CancellationToken ct)
    {
        if (catalogue.Find(id) is not { } product) return Results.NotFound();
        await LookUpAsync(ct);
        return Results.Ok(new ProductPage(version, product, catalogue.GoesWith(product, 4)));
    }

    public async Task<IResult> PutIntoCartAsync(int id, HttpContext context)
    {
        var cart = Cart.Parse(context.Request.Cookies[Cart.CookieName]);
        if (catalogue.Find(id) is null) return Results.NotFound();
        if (!cart.Add(id, 1)) return Results.StatusCode(StatusCodes.Status409Conflict);
        await LookUpAsync(context.RequestAborted);
        context.Response.Cookies.Append(Cart.CookieName, cart.ToString());
        return Results.Ok(new CartPage(version, cart.Lines, cart.Total(catalogue)));
    }

    /// <summary>Takes an order. The header <c>X-Order</c> names it; without one it gets a name.</summary>
    public async Task<IResult> CheckOutAsync(HttpContext context, CancellationToken ct)
    {
        var order = context.Request.Headers["X-Order"].FirstOrDefault() is { Length: > 0 and <= 64 } given && given.All(char.IsAsciiLetterOrDigit)
            ? given
            : Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        var cart = Cart.Parse(context.Request.Cookies[Cart.CookieName]);
        await LookUpAsync(ct);
        journal.Write(order);
        Metrics.OrderTaken();
        context.Response.Cookies.Delete(Cart.CookieName);
        return Results.Ok(new Receipt(version, order, cart.Total(catalogue)));
    }

    /// <summary>Streams lines for as long as <c>seconds</c> says; the last one is <c>end</c>, so that a cut stream can be told from a whole one.</summary>
    public async Task StreamAsync(double seconds, HttpContext context)
    {
        var pause = TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Clamp(seconds, 0, 60) / StreamLines : 0.1);
        context.Response.ContentType = "text/plain; charset=utf-8";
        for (var line = 0; line < StreamLines; line++)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"{version} {line}\n"), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(pause, clock, context.RequestAborted);
        }

        await context.Response.Body.WriteAsync("end\n"u8.ToArray(), context.RequestAborted);
    }

    /// <summary>The shop's database would take this long: two to eight milliseconds, the same sequence in every replica.</summary>
    private Task LookUpAsync(CancellationToken ct) =>
        Task.Delay(TimeSpan.FromMilliseconds(2 + Interlocked.Increment(ref _lookups) * 7 % 7), clock, ct);
}
