using System.Text;
using Platform.HealthMonitor.Subscriptions;

namespace Platform.HealthMonitor.Tests.Subscriptions;

public sealed class SignatureTests
{
    /// <summary>The example of the Standard Webhooks specification's reference libraries.</summary>
    [Fact]
    public void Compute_SpecificationsExample_IsItsSignature() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Signature.Compute("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public void Compute_AnyPartChanged_IsAnotherSignature()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        string[] all =
        [
            Signature.Compute("a secret of some length", "1", at, "x"u8),
            Signature.Compute("another secret of length", "1", at, "x"u8),
            Signature.Compute("a secret of some length", "2", at, "x"u8),
            Signature.Compute("a secret of some length", "1", at.AddSeconds(1), "x"u8),
            Signature.Compute("a secret of some length", "1", at, "y"u8),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void NewSecret_Twice_Differs() => Assert.NotEqual(Signature.NewSecret(), Signature.NewSecret());
}
