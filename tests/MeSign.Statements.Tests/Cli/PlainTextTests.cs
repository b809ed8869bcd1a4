using MeSign.Statements.Cli;

namespace MeSign.Statements.Tests.Cli;

public class PlainTextTests
{
    [Theory]
    [InlineData("Česká banka, a.s.", "Česká banka, a.s.")]
    [InlineData("\u001b[2J\u001b[32mVALID", @"\u{1B}[2J\u{1B}[32mVALID")]
    [InlineData("one\r\ntwo\t", @"one\u{D}\u{A}two\u{9}")]
    [InlineData("\u009b31m", @"\u{9B}31m")]
    [InlineData("fdp\u202eexe", @"fdp\u{202E}exe")]
    [InlineData("a\u2028b\u200b", @"a\u{2028}b\u{200B}")]
    [InlineData("[red]markup[/]", "[red]markup[/]")]
    [InlineData(null, "")]
    public void Shows_what_would_move_a_terminal_as_code_points(string? text, string shown)
    {
        PlainText.Of(text).ShouldBe(shown);
    }

    [Fact]
    public void Cuts_what_is_far_longer_than_a_line()
    {
        PlainText.Of(new string('a', 100_000)).Length.ShouldBe(1001);
    }
}
