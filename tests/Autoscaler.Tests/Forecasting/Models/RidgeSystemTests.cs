using Platform.Autoscaler.Forecasting.Models;

namespace Platform.Autoscaler.Tests.Forecasting.Models;

public sealed class RidgeSystemTests
{
    /// <summary>y = 2 + 3x, exactly.</summary>
    [Fact]
    public void Solve_PointsOnALine_FindsTheLine()
    {
        var system = new RidgeSystem(2);
        for (var x = 0; x < 5; x++) system.Add([1, x], 2 + (3 * x), 1);
        var solution = new double[2];
        system.Solve([0, 0], [0, 0], solution);
        Assert.Equal(2, solution[0], 9);
        Assert.Equal(3, solution[1], 9);
    }

    /// <summary>One row x = 2, y = 6, weight 1; penalty 4 towards 1: minimum of (6 − 2b)² + 4 (b − 1)² is at b = 16 / 8.</summary>
    [Fact]
    public void Solve_PenaltyTowardsAPrior_WeighsBoth()
    {
        var system = new RidgeSystem(1);
        system.Add([2], 6, 1);
        var solution = new double[1];
        system.Solve([4], [1], solution);
        Assert.Equal(2, solution[0], 9);
    }

    [Fact]
    public void Solve_RowsOfDifferentWeight_AreLikeRepeatedRows()
    {
        var random = new Random(1);
        var (weighted, repeated) = (new RidgeSystem(3), new RidgeSystem(3));
        for (var i = 0; i < 10; i++)
        {
            double[] row = [1, random.NextDouble(), random.NextDouble()];
            var y = random.NextDouble();
            weighted.Add(row, y, 1 + (i % 3));
            for (var k = 0; k <= i % 3; k++) repeated.Add(row, y, 1);
        }

        var (left, right) = (new double[3], new double[3]);
        weighted.Solve([0.1, 0.1, 0.1], [0, 1, 0], left);
        repeated.Solve([0.1, 0.1, 0.1], [0, 1, 0], right);
        for (var i = 0; i < 3; i++) Assert.Equal(right[i], left[i], 9);
    }

    /// <summary>Two columns that say the same leave the system without a unique solution; the prior chooses one, without it nothing breaks.</summary>
    [Fact]
    public void Solve_ColumnsThatSayTheSame_StaysFinite()
    {
        var system = new RidgeSystem(2);
        for (var i = 0; i < 5; i++) system.Add([i, i], 2 * i, 1);
        var solution = new double[2];
        system.Solve([0.001, 0.001], [1, 1], solution);
        Assert.Equal(1, solution[0], 6);
        Assert.Equal(1, solution[1], 6);
        system.Solve([0, 0], [0, 0], solution);
        Assert.All(solution, b => Assert.True(double.IsFinite(b)));
    }
}
