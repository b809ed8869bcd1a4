using System.Text;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Tests.Sealing;

public class MimeParameterTests
{
    [Theory]
    [InlineData("statement.pdf", ";\r\n\tname=\"statement.pdf\"")]
    [InlineData("a b;c='d'.pdf", ";\r\n\tname=\"a b;c='d'.pdf\"")]
    [InlineData("kůň 1.pdf", ";\r\n\tname*=utf-8''k%C5%AF%C5%88%201.pdf")]
    [InlineData("=?x?=", ";\r\n\tname*=utf-8''%3D%3Fx%3F%3D")]
    [InlineData("a\"b\\c", ";\r\n\tname*=utf-8''a%22b%5Cc")]
    [InlineData("a\r\nBcc: x", ";\r\n\tname*=utf-8''a%0D%0ABcc%3A%20x")]
    public void A_value(string value, string written) => Write(value).ShouldBe(written);

    [Fact]
    public void A_long_value_comes_in_pieces_of_whole_characters()
    {
        var lines = Write(string.Concat(Enumerable.Repeat("x😀", 60)))[3..].Split(";\r\n");

        lines.ShouldAllBe(line => line.Length <= 75);
        lines[0].ShouldStartWith("\tname*0*=utf-8''x%F0%9F%98%80");
        for (var i = 1; i < lines.Length; i++)
            lines[i].ShouldMatch($@"^\tname\*{i}\*=x?(%F0%9F%98%80x?)+$");
    }

    private static string Write(string value)
    {
        var target = new StringBuilder();
        MimeParameter.Append(target, "name", value);
        return target.ToString();
    }
}
