using Platform.Autoscaler.Forecasting;
using Platform.Autoscaler.Forecasting.Calendars;
using Platform.Autoscaler.Forecasting.Ensemble;

namespace Platform.Autoscaler.Tests.Forecasting.Calendars;

public sealed class CalendarForecasterTests
{
    private const int SaleLastWeek = 24 * 23;
    private const int SaleBefore = 24 * 9;
    private const int Now = 24 * 30;

    private readonly TimeSeries _history = Signals.Hourly(Signals.Traffic(Now).Select((v, t) => InSale(t) ? 3 * v : v));

    [Fact]
    public void Forecast_NoSpecialDayAhead_IsThatOfUsualDays()
    {
        var forecast = With().Forecast(_history, 24);
        var expected = Enumerable.Range(Now, 24).Select(Signals.Expected).ToArray();
        Assert.True(Signals.MeanError(Signals.Medians(forecast), expected) < 0.06 * expected.Average());
    }

    [Fact]
    public void Forecast_ADayLikeTwoBefore_IsForecastFromThem()
    {
        var forecast = With(Span("sale", Now)).Forecast(_history, 48);
        var expected = Enumerable.Range(Now, 48).Select(t => Signals.Expected(t) * (t < Now + 24 ? 3 : 1)).ToArray();
        Assert.True(Signals.MeanError(Signals.Medians(forecast), expected) < 0.12 * expected.Average());
        Assert.True(forecast.At(12, 0.95) - forecast.At(12, 0.05) > 3 * (forecast.At(36, 0.95) - forecast.At(36, 0.05)));
    }

    [Fact]
    public void Forecast_AStatedFactor_IsTaken()
    {
        var usual = Signals.Medians(With().Forecast(_history, 24));
        var stated = Signals.Medians(With(Span("match", Now) with { Factor = 0.5 }).Forecast(_history, 24));
        for (var h = 0; h < 24; h++) Assert.Equal(usual[h] / 2, stated[h], 9);
    }

    [Fact]
    public void Forecast_ADayNeverSeenAndWithoutFactor_IsUsual()
    {
        var usual = Signals.Medians(With().Forecast(_history, 24));
        Assert.Equal(usual, Signals.Medians(With(Span("unheard of", Now)).Forecast(_history, 24)));
    }

    private static bool InSale(int t) => t is (>= SaleLastWeek and < SaleLastWeek + 24) or (>= SaleBefore and < SaleBefore + 24);

    private SpecialSpan Span(string name, int from) => new(name, _history.TimeAt(from), _history.TimeAt(from + 24));

    private CalendarForecaster With(params SpecialSpan[] coming) => new(new EnsembleForecaster(), [Span("sale", SaleBefore), Span("sale", SaleLastWeek), .. coming]);
}
