namespace Platform.Storage.Tests;

public sealed class StatementTextTests
{
    [Theory]
    [InlineData("SELECT 1", false)]
    [InlineData("\n  select * FROM t", false)]
    [InlineData("INSERT INTO t VALUES (1)", true)]
    [InlineData("UPDATE t SET a = 1 RETURNING a", true)]
    [InlineData("WITH x AS (SELECT 1) DELETE FROM t", true)]
    public void Changes_FirstWord_Decides(string sql, bool expected) => Assert.Equal(expected, StatementText.Changes(sql));

    [Theory]
    [InlineData("INSERT INTO thing(id) VALUES (1)", "thing")]
    [InlineData("  UPDATE thing SET a = 1", "thing")]
    [InlineData("DELETE FROM thing\nWHERE a = 1", "thing")]
    [InlineData("CREATE TABLE thing (id TEXT)", "CREATE")]
    [InlineData("", "")]
    public void Table_OfAStatement_IsTheOneItChanges(string sql, string expected) => Assert.Equal(expected, StatementText.Table(sql));

    [Theory]
    [InlineData("SELECT 1 WHERE id IN @ids AND b = @b", "SELECT 1 WHERE id = ANY(@ids) AND b = @b")]
    [InlineData("DELETE FROM t WHERE id not in @ids", "DELETE FROM t WHERE id <> ALL(@ids)")]
    [InlineData("SELECT 1 WHERE id IN (SELECT id FROM t)", "SELECT 1 WHERE id IN (SELECT id FROM t)")]
    public void ForArrays_InAList_BecomesAny(string sql, string expected) => Assert.Equal(expected, StatementText.ForArrays(sql));
}
