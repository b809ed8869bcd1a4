using MeSign.Statements.Issuers;
using MeSign.Statements.Pdf;

namespace MeSign.Statements;

/// <summary>What an issuer's settings ask of a PDF signature.</summary>
public static class IssuerSignature
{
    public static PdfSignatureRequest Of(Issuer issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return new PdfSignatureRequest
        {
            Identity = issuer.Identity,
            TimestampServers = issuer.TimestampServers,
            // Only by hand: an issuer of the settings always has a server.
            Level = issuer.TimestampServers.Count > 0 ? issuer.Pdf.Level : PadesLevel.BB,
            Certify = issuer.Pdf.Certify,
            Password = issuer.Pdf.DocumentPassword,
            Repair = issuer.Pdf.Repair,
            Reason = issuer.Appearance.Reason,
            Location = issuer.Appearance.Location,
            ContactInfo = issuer.Appearance.ContactInfo,
            Seal = issuer.Appearance.Seal,
        };
    }
}
