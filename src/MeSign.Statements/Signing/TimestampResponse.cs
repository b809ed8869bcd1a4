using System.Formats.Asn1;
using System.Numerics;

namespace MeSign.Statements.Signing;

/// <summary>A TimeStampResp (RFC 3161 §2.4.2), not yet believed.</summary>
internal static class TimestampResponse
{
    /// <returns>The token of a granted request.</returns>
    /// <exception cref="TimestampServerException">Rejected, or not a response.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var response = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
            var info = response.ReadSequence();
            var status = info.ReadInteger();
            if (status != BigInteger.Zero && status != BigInteger.One)
                throw new TimestampServerException("rejected", $"refused with status {status}{FailureInfo(info)}");

            return response.ReadEncodedValue();
        }
        catch (AsnContentException e)
        {
            throw new TimestampServerException("malformed", "sent no timestamp response", innerException: e);
        }
    }

    // PKIFreeText is whatever the server likes to say: it goes to no log.
    private static string FailureInfo(AsnReader info)
    {
        if (info.HasData && info.PeekTag() == Asn1Tag.Sequence)
            _ = info.ReadEncodedValue();
        if (!info.HasData)
            return "";

        var bits = info.ReadBitString(out _);
        for (var bit = 0; bit < bits.Length * 8 && bit < 32; bit++)
        {
            if ((bits[bit / 8] & (0x80 >> (bit % 8))) != 0)
                return $" ({Reason(bit)})";
        }

        return "";
    }

    private static string Reason(int bit) => bit switch
    {
        0 => "badAlg",
        2 => "badRequest",
        5 => "badDataFormat",
        14 => "timeNotAvailable",
        15 => "unacceptedPolicy",
        16 => "unacceptedExtension",
        17 => "addInfoNotAvailable",
        25 => "systemFailure",
        _ => $"failure {bit}",
    };
}
