namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>A steady reserve above a point, as replicas.</summary>
/// <param name="Above">What the reserve stands above, in words.</param>
/// <param name="Reserve">Share of the point or of the mean demand.</param>
/// <param name="IsMultiplied">True: of the point. False: of the mean demand.</param>
/// <param name="Planned">The demand that is met.</param>
/// <param name="Cost">Replicas that it would have had on average.</param>
internal sealed record ReservePlan(string Above, double Reserve, bool IsMultiplied, double Planned, double Cost)
{
    public int Wanted(double capacity, int least, int most) => Replicas(Planned, capacity, least, most);

    public static int Replicas(double demand, double capacity, int least, int most) =>
        (int)Math.Clamp(Math.Ceiling(Math.Min(int.MaxValue, demand / capacity) - 1e-9), least, most);
}
