using System.Formats.Asn1;
using System.Security.Cryptography;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>A TimeStampReq (RFC 3161 §2.4.1) with a 64-bit nonce, asking for the authority's certificate.</summary>
internal sealed class TimestampRequest
{
    private readonly byte[] _nonce = new byte[8];

    public TimestampRequest(ReadOnlyMemory<byte> digest, HashAlgorithmName hash, string? policy)
    {
        Digest = digest;
        Hash = hash;
        Policy = policy;
        RandomNumberGenerator.Fill(_nonce);

        // A positive INTEGER that always takes eight bytes: neither a sign bit nor leading zeros.
        _nonce[0] = (byte)((_nonce[0] & 0x7F) | 0x40);
        Der = Encode();
    }

    public ReadOnlyMemory<byte> Digest { get; }

    public HashAlgorithmName Hash { get; }

    public string? Policy { get; }

    public ReadOnlyMemory<byte> Nonce => _nonce;

    public byte[] Der { get; }

    private byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    // Older servers want the NULL; all take it.
                    writer.WriteObjectIdentifier(HashAlgorithms.Oid(Hash));
                    writer.WriteNull();
                }

                writer.WriteOctetString(Digest.Span);
            }

            if (Policy is not null)
                writer.WriteObjectIdentifier(Policy);
            writer.WriteInteger(_nonce);
            writer.WriteBoolean(true);
        }

        return writer.Encode();
    }
}
