using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace MeSign.Statements.Signing;

/// <summary>Looks up what a token holds.</summary>
internal static class Pkcs11Objects
{
    /// <exception cref="Pkcs11Exception">The device's answer.</exception>
    public static IObjectHandle? FindPrivateKey(ISession session, string label)
    {
        var attributes = session.Factories.ObjectAttributeFactory;
        return session.FindAllObjects([attributes.Create(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY), attributes.Create(CKA.CKA_LABEL, label)]).FirstOrDefault();
    }

    /// <summary>Bytes of an RSA key's modulus; null for a key of another kind.</summary>
    public static int? RsaBytes(ISession session, IObjectHandle key) =>
        session.GetAttributeValue(key, [CKA.CKA_KEY_TYPE])[0].GetValueAsUlong() == (ulong)CKK.CKK_RSA
            ? session.GetAttributeValue(key, [CKA.CKA_MODULUS])[0].GetValueAsByteArray().AsSpan().TrimStart((byte)0).Length
            : null;

    /// <summary>The certificate that goes with a key: the one with its CKA_ID.</summary>
    public static X509Certificate2? FindCertificate(ISession session, IObjectHandle key)
    {
        var id = session.GetAttributeValue(key, [CKA.CKA_ID])[0].GetValueAsByteArray();
        return Certificates(session, session.Factories.ObjectAttributeFactory.Create(CKA.CKA_ID, id)) is [var certificate, ..] ? certificate : null;
    }

    /// <summary>Every X.509 certificate of the token; what cannot be read is left out.</summary>
    public static IReadOnlyList<X509Certificate2> Certificates(ISession session, params IEnumerable<IObjectAttribute> restrictions)
    {
        var attributes = session.Factories.ObjectAttributeFactory;
        var found = new List<X509Certificate2>();
        foreach (var handle in session.FindAllObjects(
            [attributes.Create(CKA.CKA_CLASS, CKO.CKO_CERTIFICATE), attributes.Create(CKA.CKA_CERTIFICATE_TYPE, CKC.CKC_X_509), .. restrictions]))
        {
            try
            {
                found.Add(X509CertificateLoader.LoadCertificate(session.GetAttributeValue(handle, [CKA.CKA_VALUE])[0].GetValueAsByteArray()));
            }
            catch (CryptographicException)
            {
                continue;
            }
        }

        return found;
    }
}
