using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Ledger;

namespace MeSign.Statements.Tests.Ledger;

public class RecipientHasherTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly RecipientHasher _hasher = new(Key);

    [Fact]
    public void Is_the_hmac_of_the_lower_case_address()
    {
        var expected = Convert.ToHexStringLower(new HMACSHA256(Key).ComputeHash(Encoding.ASCII.GetBytes("bob@example.org")));

        _hasher.Hash("bob@example.org").ShouldBe(expected);
    }

    [Theory]
    [InlineData(" Bob@Example.ORG ", "bob@example.org")]
    [InlineData("a@bücher.example", "a@xn--bcher-kva.example")]
    [InlineData("a@BU\u0308CHER.example", "a@xn--bcher-kva.example")]
    [InlineData("re\u0301ne@example.org", "r\u00e9ne@example.org")]
    public void Knows_one_address_in_several_spellings(string spelling, string other) =>
        _hasher.Hash(spelling).ShouldBe(_hasher.Hash(other));

    [Theory]
    [InlineData("alice@example.org")]
    [InlineData("bob@example.com")]
    [InlineData("not an address")]
    [InlineData("a@xn--\u00e9.example")]
    public void Tells_addresses_apart_and_takes_any_text(string other) =>
        _hasher.Hash(other).ShouldNotBe(_hasher.Hash("bob@example.org"));

    [Fact]
    public void Depends_on_the_key() =>
        new RecipientHasher(new byte[32]).Hash("bob@example.org").ShouldNotBe(_hasher.Hash("bob@example.org"));
}
