using System.Text;
using MeSign.Statements.Cli.Open;

namespace MeSign.Statements.Tests.Cli.Open;

public class MessagePartsTests
{
    [Theory]
    [InlineData("statement.pdf", "statement.pdf")]
    [InlineData("Výpis z účtu říjen 2026.pdf", "Výpis z účtu říjen 2026.pdf")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\Windows\\x.dll", "x.dll")]
    [InlineData("..", "unnamed")]
    [InlineData("", "unnamed")]
    [InlineData("a/", "unnamed")]
    [InlineData(".bashrc", "_bashrc")]
    [InlineData("x.pdf. . ", "x.pdf")]
    [InlineData("x\u202efdp.exe", "xfdp.exe")]
    [InlineData("x\r\n\0y", "xy")]
    [InlineData("a:b*c?.pdf", "a_b_c_.pdf")]
    [InlineData("nul.pdf", "_nul.pdf")]
    [InlineData("COM1", "_COM1")]
    [InlineData("console.pdf", "console.pdf")]
    public void A_name_is_nothing_but_a_name(string given, string safe) => MessageParts.Safe(given).ShouldBe(safe);

    [Theory]
    [InlineData("x", 300)]
    [InlineData("ř", 200)]
    [InlineData("😀", 120)]
    public void A_long_name_keeps_its_extension(string part, int times)
    {
        var safe = MessageParts.Safe(string.Concat(Enumerable.Repeat(part, times)) + ".pdf");

        safe.ShouldStartWith(part);
        safe.ShouldEndWith(part + ".pdf");
        Encoding.UTF8.GetByteCount(safe).ShouldBeInRange(196, 200);
    }
}
