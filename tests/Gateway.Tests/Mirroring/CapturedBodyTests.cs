using FsCheck;
using FsCheck.Fluent;
using Platform.Gateway.Mirroring;

namespace Platform.Gateway.Tests.Mirroring;

public sealed class CapturedBodyTests
{
    [Fact]
    public void What_is_read_is_what_is_kept_if_it_is_not_longer_than_the_limit()
    {
        var cases = from length in Gen.Choose(0, 300) from step in Gen.Choose(1, 64) from limit in Gen.Choose(0, 300) from told in Gen.Elements(true, false) select (length, step, limit, told);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var bytes = Enumerable.Range(0, c.length).Select(i => (byte)i).ToArray();
            var body = new CapturedBody(new MemoryStream(bytes), c.told ? c.length : null, c.limit);
            var read = new MemoryStream();
            body.CopyTo(read, c.step);
            return read.ToArray().SequenceEqual(bytes)
                && body.IsTooLong == c.length > c.limit
                && body.IsWhole == !body.IsTooLong
                && (!body.IsWhole || body.Whole.SequenceEqual(bytes));
        }));
    }

    [Fact]
    public async Task A_body_that_was_not_read_to_its_end_is_not_whole()
    {
        var body = new CapturedBody(new MemoryStream(new byte[10]), null, 100);
        Assert.False(body.IsWhole);
        Assert.Equal(0, await body.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(10, await body.ReadAsync(new byte[20]));
        Assert.False(body.IsWhole);

        Assert.Equal(0, await body.ReadAsync(new byte[20]));

        Assert.Equal(10, body.Whole.Length);
    }
}
