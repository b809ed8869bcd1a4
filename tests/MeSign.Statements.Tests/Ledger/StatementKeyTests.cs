using MeSign.Statements.Ledger;

namespace MeSign.Statements.Tests.Ledger;

public class StatementKeyTests
{
    [Theory]
    [InlineData("2026-11")]
    [InlineData("a")]
    [InlineData("A.b_c-9")]
    public void Takes_a_plain_id(string id) => StatementKey.IsPart(id).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a|b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a b")]
    [InlineData("a\r\nb")]
    [InlineData("č")]
    public void Refuses_what_is_unsafe_in_a_table_key_or_a_blob_name(string? id)
    {
        StatementKey.IsPart(id).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new StatementKey("batch", id!));
    }

    [Fact]
    public void Takes_64_characters_and_no_more()
    {
        StatementKey.IsPart(new string('a', 64)).ShouldBeTrue();
        StatementKey.IsPart(new string('a', 65)).ShouldBeFalse();
    }
}
