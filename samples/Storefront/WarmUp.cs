namespace Storefront;

/// <summary>
/// A replica says that it is healthy when its code is compiled and its pages have been served a few times, to itself: the first
/// visitors after a switch do not pay for its start.
/// </summary>
internal sealed class WarmUp
{
    private const int Rounds = 12;
    private volatile bool _isDone;

    /// <summary>Marks the requests it sends, so that nothing counts them as a visitor's.</summary>
    public const string Header = "X-Warm-Up";

    public bool IsDone => _isDone;

    public static bool IsWarmUp(HttpContext context) => context.Request.Headers.ContainsKey(Header);

    public async Task RunAsync(Uri self, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = self };
        http.DefaultRequestHeaders.Add(Header, "1");
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(
                http.GetStringAsync("/", ct),
                http.GetStringAsync($"/products/{round + 1}", ct),
                http.PostAsync("/cart/1", null, ct),
                http.GetStringAsync("/stream?seconds=0", ct));
        }

        _isDone = true;
    }
}
