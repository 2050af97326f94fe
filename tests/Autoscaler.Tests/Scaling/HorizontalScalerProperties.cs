using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;
using static Platform.Autoscaler.Tests.Scaling.Inputs;

namespace Platform.Autoscaler.Tests.Scaling;

public sealed class HorizontalScalerProperties
{
    /// <summary>Anything at all: silent and starting replicas, unknown metrics, any windows, policies and history.</summary>
    private static readonly Gen<ScalingInput> Any =
        from current in Gen.Choose(0, 30)
        from min in Gen.Choose(1, 10)
        from extra in Gen.Choose(0, 20)
        from shares in Gen.Choose(-1, 300).ArrayOf(30)
        from starting in Gen.Choose(0, 5)
        from total in Gen.Choose(-1, 5000)
        from up in AnyRules
        from down in AnyRules
        from recommendations in Gen.Choose(0, 40).ArrayOf(6)
        from changes in Gen.Choose(-5, 5).ArrayOf(4)
        select new ScalingInput
        {
            Now = Now,
            Current = current,
            Settings = new ScalingSettings { Min = min, Max = min + extra, Behavior = new ScalingBehavior { ScaleUp = up, ScaleDown = down } },
            Replicas = [.. Enumerable.Range(0, current).Select(i => i < starting ? Starting(i) : Old(i))],
            Metrics =
            [
                Reading("cpu", MetricKind.Resource, 0.7, [.. shares.Take(current).Select(share => share < 0 ? double.NaN : share / 100.0)]),
                total < 0 ? Unavailable("requestsPerSecond") : Total(total, 50),
            ],
            History = new ScalingHistory(
                [.. recommendations.Select((replicas, i) => new Recommendation(Now - TimeSpan.FromSeconds(i * 40), replicas))],
                [.. changes.Select((change, i) => new ScaleChange(Now - TimeSpan.FromSeconds(i * 25), change))]),
        };

    private static Gen<ScalingRules> AnyRules =>
        from window in Gen.Choose(0, 300)
        from chosen in Gen.Elements("Max", "Min", "Disabled")
        from value in Gen.Choose(1, 200)
        from percent in Gen.Elements(true, false)
        from policies in Gen.Choose(0, 2)
        select new ScalingRules
        {
            StabilizationWindow = TimeSpan.FromSeconds(window),
            SelectPolicy = chosen,
            Policies = [.. Enumerable.Range(0, policies).Select(i =>
                percent ? ScalingPolicy.OfPercent(value, TimeSpan.FromSeconds(15 + (60 * i))) : ScalingPolicy.OfReplicas(value, TimeSpan.FromSeconds(15 + (60 * i))))],
        };

    [Fact]
    public void Decide_Anything_StaysWithinTheLimitsAndExplainsItself() => Check(Any, input =>
    {
        var decision = HorizontalScaler.Decide(input);
        var inside = decision.Outcome is ScalingOutcome.Disabled || (decision.Desired >= input.Settings.Min && decision.Desired <= input.Settings.Max);
        return inside && decision.Reason.EndsWith('.') && (decision.Outcome is ScalingOutcome.Scale) == (decision.Desired != input.Current);
    });

    [Fact]
    public void Decide_Twice_GivesTheSame() => Check(Any, input => HorizontalScaler.Decide(input).Desired == HorizontalScaler.Decide(input).Desired);

    [Fact]
    public void Decide_MoreLoad_NeverAsksForFewer() => Check(
        from input in Any
        from less in Gen.Choose(0, 5000)
        from more in Gen.Choose(0, 5000)
        select (Input: input, Less: less, More: less + more),
        t => HorizontalScaler.Decide(At(t.Input, t.Less)).Desired <= HorizontalScaler.Decide(At(t.Input, t.More)).Desired);

    [Fact]
    public void Decide_ExactlyOnTarget_KeepsWhateverTheNumber() => Check(
        from replicas in Gen.Choose(1, 100)
        from target in Gen.Choose(1, 100)
        select (replicas, target),
        t => HorizontalScaler.Decide(Cpu(t.replicas, t.target / 100.0, [.. Enumerable.Repeat(t.target / 100.0, t.replicas)])).Desired == t.replicas);

    [Fact]
    public void Decide_AppliedToItself_SettlesInOneStep() => Check(
        from replicas in Gen.Choose(1, 100)
        from load in Gen.Choose(1, 5000)
        select (replicas, load),
        t =>
        {
            // The load does not change with the number of replicas: what was decided is still right afterwards.
            var first = HorizontalScaler.Decide(Of(t.replicas, [Total(t.load, 50)], t.replicas)).Desired;
            return HorizontalScaler.Decide(Of(first, [Total(t.load, 50)], first)).Desired == first;
        });

    private static ScalingInput At(ScalingInput input, int load) => input with { Metrics = [Total(load, 50)] };

    private static void Check<T>(Gen<T> gen, Func<T, bool> holds) =>
        FsCheck.Fluent.Prop.ForAll(gen.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
