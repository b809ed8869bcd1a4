using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sandbox.Timestamps;

/// <summary>Answers time-stamp requests (RFC 3161 §2.4), rightly or with the fault it is told.</summary>
/// <param name="signer">The server's certificate with its key.</param>
/// <param name="impostor">A certificate with key that is not for timestamps.</param>
/// <param name="issuer">Sent beside the signer's certificate.</param>
internal sealed class TimestampIssuer(X509Certificate2 signer, X509Certificate2 impostor, X509Certificate2 issuer, TimeProvider time)
{
    /// <summary>The policy of every token: made up, as a development server has none.</summary>
    public const string Policy = "1.2.3.4.1";

    // PKIStatus and PKIFailureInfo of RFC 3161 §2.4.2.
    private const int Granted = 0;
    private const int Rejection = 2;
    private const int BadAlgorithm = 0;
    private const int BadDataFormat = 5;
    private const int UnacceptedPolicy = 15;
    private const int UnacceptedExtension = 16;
    private const int SystemFailure = 25;

    private static readonly Dictionary<string, int> HashLengths = new(StringComparer.Ordinal)
    {
        ["2.16.840.1.101.3.4.2.1"] = 32,
        ["2.16.840.1.101.3.4.2.2"] = 48,
        ["2.16.840.1.101.3.4.2.3"] = 64,
    };

    private readonly TokenWriter _signer = new(signer, issuer);
    private readonly TokenWriter _impostor = new(impostor, issuer);

    /// <summary>A TimeStampResp, DER, and whether it has a token.</summary>
    /// <param name="request">A TimeStampReq, or whatever came instead.</param>
    public (byte[] Response, bool Granted) Respond(ReadOnlyMemory<byte> request, TimestampFaultKind? fault)
    {
        if (!Rfc3161TimestampRequest.TryDecode(request, out var query, out var read) || read != request.Length)
            return Refuse(BadDataFormat, "not a TimeStampReq");
        if (!HashLengths.TryGetValue(query.HashAlgorithmId.Value ?? "", out var length))
            return Refuse(BadAlgorithm, "SHA-256, SHA-384 or SHA-512");
        if (query.GetMessageHash().Length != length)
            return Refuse(BadDataFormat, "the digest is not as long as its algorithm says");
        if (query.RequestedPolicyId is { Value: not Policy })
            return Refuse(UnacceptedPolicy, "no such policy");
        if (query.HasExtensions)
            return Refuse(UnacceptedExtension, "no extensions");
        if (fault == TimestampFaultKind.Rejection)
            return Refuse(SystemFailure, "told to refuse");

        var token = Token(query, fault);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(Granted);
            writer.WriteEncodedValue(token);
        }

        return (writer.Encode(), true);
    }

    private byte[] Token(Rfc3161TimestampRequest query, TimestampFaultKind? fault)
    {
        var token = (fault == TimestampFaultKind.WrongCertificate ? _impostor : _signer).Sign(Info(query, fault), query.RequestSignerCertificate);
        // The signature value ends the token: RFC 5652 §5.3, and there are no unsigned attributes.
        if (fault == TimestampFaultKind.BrokenSignature)
            token[^1] ^= 1;
        return token;
    }

    /// <summary>TSTInfo (RFC 3161 §2.4.2).</summary>
    private byte[] Info(Rfc3161TimestampRequest query, TimestampFaultKind? fault)
    {
        var digest = query.GetMessageHash().ToArray();
        if (fault == TimestampFaultKind.WrongImprint)
            digest[0] ^= 1;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(Policy);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(query.HashAlgorithmId.Value!);
                    writer.WriteNull();
                }

                writer.WriteOctetString(digest);
            }

            // An integer must not begin with nine bits of zero.
            writer.WriteIntegerUnsigned([1, .. RandomNumberGenerator.GetBytes(15)]);
            writer.WriteGeneralizedTime(time.GetUtcNow());
            using (writer.PushSequence())
                writer.WriteInteger(1);
            if (query.GetNonce() is { } nonce && fault != TimestampFaultKind.NoNonce)
                writer.WriteInteger(fault == TimestampFaultKind.WrongNonce ? Another(nonce.Span) : nonce.Span);
        }

        return writer.Encode();
    }

    private static (byte[] Response, bool Granted) Refuse(int failure, string text)
    {
        var bits = new byte[(failure / 8) + 1];
        bits[^1] = (byte)(0x80 >> (failure % 8));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteInteger(Rejection);
            using (writer.PushSequence())
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
            writer.WriteBitString(bits, 7 - (failure % 8));
        }

        return (writer.Encode(), false);
    }

    private static byte[] Another(ReadOnlySpan<byte> nonce)
    {
        var other = nonce.ToArray();
        other[^1] ^= 1;
        return other;
    }
}
