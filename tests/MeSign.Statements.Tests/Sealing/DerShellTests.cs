using System.Formats.Asn1;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Tests.Sealing;

public class DerShellTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(16_777_216)]
    public void Writes_the_same_bytes_as_the_runtime(int length)
    {
        var content = new byte[length];
        var expected = new AsnWriter(AsnEncodingRules.DER);
        using (expected.PushSequence())
        {
            expected.WriteObjectIdentifier("1.2.840.113549.1.7.1");
            expected.WriteOctetString(content);
            expected.WriteInteger(7);
        }

        var shell = new DerShell(length).Wrap(0x04).PrependOid("1.2.840.113549.1.7.1").Append([0x02, 0x01, 0x07]).Wrap(0x30);

        byte[] whole = [.. shell.Before.Span, .. content, .. shell.After.Span];
        whole.AsSpan().SequenceEqual(expected.Encode()).ShouldBeTrue();
        shell.Length.ShouldBe(whole.Length);
    }
}
