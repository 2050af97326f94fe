namespace Platform.Autoscaler.Forecasting;

/// <summary>Says how a series goes on, and how sure it is. Pure: the same history gives the same forecast; nothing but the history is seen.</summary>
internal interface IForecaster
{
    /// <summary>Short, for tables and explanations.</summary>
    string Name { get; }

    /// <summary>The next steps after the history. Any history will do: empty, constant, short, negative, with gaps.</summary>
    /// <param name="history">What is known.</param>
    /// <param name="horizon">How many steps ahead; at least 1.</param>
    QuantileForecast Forecast(TimeSeries history, int horizon);
}
