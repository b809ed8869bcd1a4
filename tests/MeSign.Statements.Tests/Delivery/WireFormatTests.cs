using System.Text;
using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

public class WireFormatTests
{
    [Theory]
    [InlineData("Subject: x\r\n\r\nbody\r\n")]
    [InlineData("Subject: x\r\n\r\n")]
    public void Takes_a_message(string eml) => Fault(eml).ShouldBeNull();

    [Theory]
    [InlineData("Subject: x\r\n\r\nbody", "CRLF")]
    [InlineData("Subject: x\r\n\r\na\n.\nb\r\n", "line end")]
    [InlineData("Subject: x\r\n\r\na\n.\r\nb\r\n", "line end")]
    [InlineData("Subject: x\r\n\r\na\rb\r\n", "line end")]
    [InlineData("Subject: x\r\n\r\na\r\r\n", "line end")]
    [InlineData("Subject: x\r\n\r\na\0b\r\n", "7-bit")]
    [InlineData("Subject: x\r\n\r\nč\r\n", "7-bit")]
    [InlineData("\r\n\r\nbody\r\n", "header")]
    [InlineData("Subject: x\r\n", "header")]
    [InlineData(": x\r\n\r\n", "header")]
    [InlineData("", "CRLF")]
    public void Refuses_what_a_relay_could_read_in_two_ways(string eml, string problem) => Fault(eml).ShouldNotBeNull().ShouldContain(problem);

    [Theory]
    [InlineData("To: <čeněk@example.org>\r\n\r\nč\r\n", null)]
    [InlineData("Subject: x\r\n\r\na\0b\r\n", "UTF-8")]
    [InlineData("Subject: x\r\n\r\na\n.\r\nb\r\n", "line end")]
    public void Takes_UTF_8_where_it_goes_with_SMTPUTF8_and_no_other_liberty(string eml, string? problem) =>
        (WireFormat.Fault(Encoding.UTF8.GetBytes(eml), international: true) ?? "none").ShouldContain(problem ?? "none");

    [Fact]
    public void Takes_no_bytes_that_are_no_UTF_8() =>
        WireFormat.Fault([.. "Subject: "u8, 0xE8, .. "\r\n\r\nbody\r\n"u8], international: true).ShouldNotBeNull();

    [Fact]
    public void Takes_a_line_of_998_bytes_and_no_more()
    {
        Fault($"Subject: x\r\n\r\n{new string('a', 998)}\r\n").ShouldBeNull();
        Fault($"Subject: x\r\n\r\n{new string('a', 999)}\r\n")!.ShouldContain("999");
    }

    private static string? Fault(string eml) => WireFormat.Fault(Encoding.UTF8.GetBytes(eml));
}
