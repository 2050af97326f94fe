using Platform.CommandLine.Client;

namespace Platform.CommandLine.Tests.Client;

public sealed class AccessKeyTests
{
    [Theory]
    [InlineData("plk_…")]
    [InlineData("plk_abc def")]
    [InlineData("plk_abc\nplk_def")]
    public void Checked_WhatCannotBeAKey_SaysSo_InsteadOfThatNothingRuns(string given)
    {
        var failure = Assert.Throws<CommandFailure>(() => AccessKey.Checked(given));
        Assert.Equal((ExitCode.NotAuthorised, "What PLATFORM_KEY holds is no key."), (failure.ExitCode, failure.Message));
    }

    [Fact]
    public void Checked_AKey_IsTheKey() => Assert.Equal("plk_wudnd6ScTD2twc85zW-fFuha7mWmB4BJ6RkYXrnDNE8", AccessKey.Checked("plk_wudnd6ScTD2twc85zW-fFuha7mWmB4BJ6RkYXrnDNE8"));
}
