using System.Text;
using CsCheck;
using MeSign.Statements.Sealing;
using MimeKit.Encodings;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>RFC 2045 §6.7; the reader is MimeKit's.</summary>
public class QuotedPrintableTests
{
    [Theory]
    [InlineData("", "\r\n")]
    [InlineData("a=b", "a=3Db\r\n")]
    [InlineData("  a \nb\t\n\n c  d\r\n", "a=20\r\nb=09\r\n\r\n c  d\r\n")]
    [InlineData("kůň", "k=C5=AF=C5=88\r\n")]
    [InlineData("😀", "=F0=9F=98=80\r\n")]
    [InlineData("From here\nfrom here\n From", "=46rom here\r\nfrom here\r\n From\r\n")]
    public void A_text(string text, string encoded) => Encode(text).ShouldBe(encoded);

    [Theory]
    [InlineData(75, 1)]
    [InlineData(76, 2)]
    [InlineData(150, 2)]
    [InlineData(151, 3)]
    public void A_long_line_is_broken_at_75_characters(int characters, int lines)
    {
        var encoded = Encode(new string('x', characters));

        encoded.Split("\r\n")[..^1].Length.ShouldBe(lines);
        encoded.Replace("=\r\n", "").ShouldBe($"{new string('x', characters)}\r\n");
    }

    [Fact]
    public void Half_a_character_becomes_the_replacement_character() => Encode("😀"[..1] + "!").ShouldBe("=EF=BF=BD!\r\n");

    [Fact]
    public void From_is_encoded_at_the_start_of_a_broken_line_too() =>
        Encode(new string('x', 75) + "From x").ShouldBe($"{new string('x', 75)}=\r\n=46rom x\r\n");

    [Fact]
    public void Every_text_comes_back_in_short_safe_lines()
    {
        string[] pieces = ["x", " ", "\t", "=", "From ", "ř", "😀", "\r\n", "\n", ".", "\u00A0", "\0", "word", new('y', 73)];

        Gen.Int[0, pieces.Length - 1].List[0, 80].Select(picks => string.Concat(picks.Select(pick => pieces[pick]))).Sample(text =>
        {
            var encoded = Encode(text);

            Decode(encoded).ShouldBe($"{text.Trim().ReplaceLineEndings("\r\n")}\r\n");
            Ascii.IsValid(encoded).ShouldBeTrue();
            encoded.Split("\r\n").ShouldAllBe(line => line.Length <= 76 && !line.StartsWith("From ") && !line.EndsWith(' ') && !line.EndsWith('\t'));
        });
    }

    private static string Encode(string text)
    {
        var target = new StringBuilder();
        QuotedPrintable.Append(target, text);
        return target.ToString();
    }

    private static string Decode(string encoded)
    {
        var decoder = new QuotedPrintableDecoder();
        var bytes = Encoding.ASCII.GetBytes(encoded);
        var output = new byte[decoder.EstimateOutputLength(bytes.Length)];
        return Encoding.UTF8.GetString(output, 0, decoder.Decode(bytes, 0, bytes.Length, output));
    }
}
