using System.Security.Cryptography;
using System.Text;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Tests.Sealing;

public class Base64LinesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(56)]
    [InlineData(57)]
    [InlineData(58)]
    [InlineData(57 * 64 - 1)]
    [InlineData(57 * 64)]
    [InlineData(57 * 64 + 1)]
    [InlineData(1_000_003)]
    public void Encodes_what_the_runtime_encodes_with_line_breaks(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        ReadOnlyMemory<byte> whole = content;

        var expected = Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks) + "\r\n";
        Encode(whole).ShouldBe(expected);
        Encode(whole[..(length / 3)], whole[(length / 3)..(length / 2)], default, whole[(length / 2)..]).ShouldBe(expected);
        Base64Lines.EncodedLength(length).ShouldBe(expected.Length);
    }

    private static string Encode(params ReadOnlyMemory<byte>[] pieces) => string.Concat(Base64Lines.Encode(pieces).Select(piece => Encoding.ASCII.GetString(piece.Span)));
}
