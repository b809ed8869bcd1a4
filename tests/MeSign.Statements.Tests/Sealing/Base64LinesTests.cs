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
    public void Encodes_in_place_what_the_runtime_encodes_with_line_breaks(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var buffer = new byte[100 + Base64Lines.EncodedLength(length)];
        content.CopyTo(buffer, buffer.Length - length);

        Base64Lines.EncodeInPlace(buffer, buffer.Length - length, target: 100);

        var expected = Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks) + "\r\n";
        Encoding.ASCII.GetString(buffer, 100, buffer.Length - 100).ShouldBe(expected);
    }

    [Fact]
    public void Refuses_a_target_that_does_not_end_with_the_buffer()
    {
        var buffer = new byte[200];

        Should.Throw<ArgumentException>(() => Base64Lines.EncodeInPlace(buffer, 150, 0));
    }
}
