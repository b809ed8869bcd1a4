using MeSign.Statements.Ledger;

namespace MeSign.Statements.Tests.Ledger;

public class LedgerOptionsTests
{
    private readonly LedgerOptionsValidator _validator = new();

    [Fact]
    public void Takes_a_key_of_32_bytes() => Validate(Convert.ToBase64String(new byte[32])).ShouldBeEmpty();

    [Theory]
    [InlineData("", "required")]
    [InlineData("not Base64!", "Base64")]
    [InlineData("c2hvcnQ=", "RecipientKey has 5 bytes: give at least 32")]
    public void Refuses_another_key(string key, string problem) => string.Join(' ', Validate(key)).ShouldContain(problem);

    private IEnumerable<string> Validate(string key) => _validator.Validate(null, new LedgerOptions { RecipientKey = key }).Failures ?? [];
}
