using Platform.Contracts.Http;
using Platform.Deployment.Configuration;
using Platform.Deployment.Environments;

namespace Platform.Deployment.Tests.Environments;

public sealed class ApprovalRuleTests
{
    private static readonly ApprovalAttempt Alice = new("alice", "operator", "bob", IsWaitedFor: true, Present: null);

    [Fact]
    public void Refusal_WithTheRole_ThereIsNone() => Assert.Null(ApprovalRule.Refusal(new ApprovalSettings { Required = true, FourEyes = true }, "production", Alice));

    [Theory]
    [InlineData("operator", 403, "/approver-role")]
    [InlineData("admin", 0, "")]
    public void Refusal_WhereAnAdminIsWanted_OperatorsMayNot(string role, int status, string type) =>
        AssertRefused(status, type, new ApprovalSettings { Role = "admin" }, Alice with { Role = role });

    [Fact]
    public void Refusal_WhereApproversAreNamed_OthersMayNot()
    {
        AssertRefused(403, "/not-an-approver", new ApprovalSettings { Approvers = ["carol"] }, Alice with { Role = "admin" });
        AssertRefused(0, "", new ApprovalSettings { Approvers = ["carol", "alice"] }, Alice);
    }

    [Fact]
    public void Refusal_FourEyes_WhoAskedMayNotApprove()
    {
        AssertRefused(403, "/four-eyes", new ApprovalSettings { FourEyes = true }, Alice with { RequestedBy = "alice", Role = "admin" });
        AssertRefused(0, "", new ApprovalSettings(), Alice with { RequestedBy = "alice" });
    }

    [Fact]
    public void Refusal_ASecondApproval_OrOneThatNobodyWaitsFor_Conflicts()
    {
        AssertRefused(409, "/already-approved", new ApprovalSettings(), Alice with { Present = new ApprovalView { By = "carol", Role = "admin", Reason = "fine", At = DateTimeOffset.UnixEpoch } });
        AssertRefused(409, "/approval-not-needed", new ApprovalSettings(), Alice with { IsWaitedFor = false });
    }

    private static void AssertRefused(int status, string type, ApprovalSettings settings, ApprovalAttempt attempt)
    {
        var refusal = ApprovalRule.Refusal(settings, "production", attempt);
        Assert.Equal(status, refusal?.Status ?? 0);
        Assert.EndsWith(type, refusal?.Type ?? "");
    }
}
