namespace Platform.CommandLine.Load;

/// <summary>One request of the load.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">Path and query.</param>
/// <param name="EndsWith">What a whole body ends with; null: anything.</param>
/// <param name="Order">The name of the order it places, if it does: lets an outsider count that each was taken once.</param>
internal readonly record struct LoadRequest(HttpMethod Method, string Path, string? EndsWith = null, string? Order = null);

/// <summary>Which requests a visitor of the Storefront sends: mostly products, some browsing, carts, now and then an order, rarely a stream of seconds.</summary>
internal static class RequestMix
{
    private const int Products = 600;

    /// <summary>Draws the next request.</summary>
    /// <param name="random">The source of chance.</param>
    /// <param name="number">The request's number; it names the order.</param>
    /// <param name="streamShare">Share of requests that stream for two seconds.</param>
    /// <param name="orders">What the names of orders begin with.</param>
    public static LoadRequest Next(Random random, long number, double streamShare, string orders = "order")
    {
        var draw = random.NextDouble();
        if (draw < streamShare) return new LoadRequest(HttpMethod.Get, "/stream?seconds=2", EndsWith: "end\n");
        draw = random.NextDouble();
        return draw switch
        {
            < 0.55 => new LoadRequest(HttpMethod.Get, $"/products/{random.Next(1, Products + 1)}", EndsWith: "}"),
            < 0.80 => new LoadRequest(HttpMethod.Get, $"/?page={random.Next(0, 50)}", EndsWith: "}"),
            < 0.93 => new LoadRequest(HttpMethod.Post, $"/cart/{random.Next(1, Products + 1)}", EndsWith: "}"),
            _ => new LoadRequest(HttpMethod.Post, "/checkout", EndsWith: "}", Order: $"{orders}{number}"),
        };
    }
}
