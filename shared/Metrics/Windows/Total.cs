namespace Platform.Metrics.Windows;

/// <summary>Seconds and series added up.</summary>
internal struct Total()
{
    public double Sum;
    public double Maximum = double.NegativeInfinity;
    public double Last;
    public long Samples;
    public long First;
    public long Seconds;

    public void Add(in Slot slot, bool isLast)
    {
        // Over time the last sample replaces the one before; over series they add up.
        Last = isLast ? Last + slot.Last : slot.Last;
        Maximum = Samples == 0 ? slot.Maximum : Math.Max(Maximum, slot.Maximum);
        Sum += slot.Sum;
        Samples += slot.Samples;
    }

    public void Join(in Total series)
    {
        if (series.Samples == 0) return;
        Maximum = Samples == 0 ? series.Maximum : Math.Max(Maximum, series.Maximum);
        Sum += series.Sum;
        Last += series.Last;
        Samples += series.Samples;
        First = Math.Min(First, series.First);
    }

    /// <summary>As one value; null: there are no samples.</summary>
    public readonly double? Of(Statistic statistic) => Samples == 0 ? null : statistic switch
    {
        Statistic.Sum => Sum,
        Statistic.Mean => Sum / Samples,
        Statistic.Maximum => Maximum,
        _ => Last,
    };
}
