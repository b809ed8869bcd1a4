using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Sealing;

/// <summary>What key encapsulation in CMS shares between maker and opener.</summary>
internal static class MlKem
{
    public static MLKemParameters Parameters(string oid) => oid switch
    {
        CmsOids.MlKem512 => MLKemParameters.ml_kem_512,
        CmsOids.MlKem768 => MLKemParameters.ml_kem_768,
        CmsOids.MlKem1024 => MLKemParameters.ml_kem_1024,
        _ => throw new CryptographicException($"Key encapsulation {oid} is not known here."),
    };

    /// <summary>CMSORIforKEMOtherInfo (RFC 9629 §5).</summary>
    /// <param name="wrapAlgorithm">AlgorithmIdentifier of the key wrap, as it stands in the message.</param>
    /// <param name="userKeyingMaterial">The message's ukm, if it has one.</param>
    public static byte[] OtherInfo(ReadOnlySpan<byte> wrapAlgorithm, int keyBytes, ReadOnlySpan<byte> userKeyingMaterial)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(wrapAlgorithm);
            writer.WriteInteger(keyBytes);
            if (!userKeyingMaterial.IsEmpty)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    writer.WriteOctetString(userKeyingMaterial);
            }
        }
        return writer.Encode();
    }
}
