using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>A forger, and the client that gets the message.</summary>
public abstract class MessageAttackBench
{
    private protected const string Unsigned = "The message is encrypted but not signed: anyone can have written it, and AES-256-CBC alone does not show what was spliced into it.";
    private protected static readonly X509Certificate2 Client = SealingPki.Recipient("rsa2048");

    private protected static MessageOpener Opener(CrlSet? crls = null, TimeProvider? time = null) =>
        new(new CmsVerifier(TrustAnchors.Of([SealingPki.Root]), TrustAnchors.None, crls ?? CrlSet.None, time ?? TimeProvider.System));

    private protected static IReadOnlyList<string> Open(byte[] eml, params X509Certificate2[] keys) => Opener().Open(eml, keys).Problems;
}
