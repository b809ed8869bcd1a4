namespace MeSign.Statements.Tests;

public class EmailAddressTests
{
    [Theory]
    [InlineData("Jana.Novak@Example.TEST", "jana.novak@example.test", false)]
    [InlineData("jana@příklad.test", "jana@xn--pklad-zsa96e.test", false)]
    [InlineData("JÁNA@example.test", "jána@example.test", true)]
    [InlineData("ja\u0301na@example.test", "jána@example.test", true)]
    [InlineData("jana@faß.test", "jana@xn--fa-hia.test", false)]
    [InlineData("用户@例え.テスト", "用户@xn--r8jz45g.xn--zckzah", true)]
    public void Folds_all_spellings_of_a_mailbox_to_one(string text, string normalized, bool smtpUtf8)
    {
        EmailAddress.TryParse(text, out var address, out var problem).ShouldBeTrue(problem);

        address!.Text.ShouldBe(text);
        address.Normalized.ShouldBe(normalized);
        address.NeedsSmtpUtf8.ShouldBe(smtpUtf8);
    }

    [Theory]
    [InlineData("a@１２.３４.５６.７８")]
    [InlineData("a@exam\u00ADple")]
    [InlineData("a@b\u3002")]
    [InlineData("a@xn--a.test")]
    public void Refuses_a_domain_that_only_looks_like_a_host_name(string text) =>
        EmailAddress.TryParse(text, out _, out _).ShouldBeFalse();
}
