using System.Globalization;
using System.Text;

namespace Storefront;

/// <summary>What <c>/metrics</c> shows, in Prometheus' text format.</summary>
internal sealed class ShopMetrics
{
    private long _requests;
    private long _errors;
    private long _orders;
    private int _inFlight;

    public void OrderTaken() => Interlocked.Increment(ref _orders);

    public async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (WarmUp.IsWarmUp(context))
        {
            await next(context);
            return;
        }

        Interlocked.Increment(ref _inFlight);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            Interlocked.Increment(ref _requests);
            if (context.Response.StatusCode >= 500) Interlocked.Increment(ref _errors);
        }
    }

    public string Exposition(string version)
    {
        var text = new StringBuilder();
        Append("storefront_requests_total", "counter", "Requests answered.", Interlocked.Read(ref _requests));
        Append("storefront_errors_total", "counter", "Requests answered with a server error.", Interlocked.Read(ref _errors));
        Append("storefront_orders_total", "counter", "Orders taken.", Interlocked.Read(ref _orders));
        Append("storefront_requests_in_flight", "gauge", "Requests under way.", Volatile.Read(ref _inFlight));
        return text.ToString();

        void Append(string name, string type, string help, long value) => text.Append(CultureInfo.InvariantCulture,
            $"# HELP {name} {help}\n# TYPE {name} {type}\n{name}{{version=\"{version}\"}} {value}\n");
    }
}
