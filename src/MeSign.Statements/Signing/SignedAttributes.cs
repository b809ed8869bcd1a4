using System.Formats.Asn1;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>The attributes under a signature, as the DER SET that is hashed (RFC 5652 §5.4).</summary>
internal static class SignedAttributes
{
    public static byte[] Encode(ReadOnlyMemory<byte> contentDigest, SignerParts signer, CmsProfile profile, DateTimeOffset now)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            Write(writer, Oids.ContentType, value => value.WriteObjectIdentifier(Oids.Data));
            Write(writer, Oids.MessageDigest, value => value.WriteOctetString(contentDigest.Span));
            Write(writer, Oids.SigningCertificateV2, value => value.WriteEncodedValue(signer.SigningCertificate.Span));
            if (profile == CmsProfile.Smime)
            {
                Write(writer, Oids.SigningTime, value => WriteTime(value, now));
                Write(writer, Oids.SmimeCapabilities, WriteCapabilities);
            }
        }

        return writer.Encode();
    }

    private static void Write(AsnWriter writer, string oid, Action<AsnWriter> value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSetOf())
                value(writer);
        }
    }

    // RFC 5652 §11.3: UTCTime through 2049, GeneralizedTime without fractions after that.
    private static void WriteTime(AsnWriter writer, DateTimeOffset now)
    {
        if (now.Year < 2050)
            writer.WriteUtcTime(now, 2049);
        else
            writer.WriteGeneralizedTime(now, omitFractionalSeconds: true);
    }

    // RFC 8551 §2.5.2: most wanted first. CBC leads because some clients still cannot open AuthEnvelopedData.
    private static void WriteCapabilities(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            foreach (var algorithm in (string[])[Oids.Aes256Cbc, Oids.Aes256Gcm, Oids.Aes128Cbc])
            {
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(algorithm);
            }
        }
    }
}
