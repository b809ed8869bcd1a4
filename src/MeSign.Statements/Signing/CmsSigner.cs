using System.Formats.Asn1;
using System.Security.Cryptography;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>
/// Makes CMS signatures (RFC 5652) at CAdES baseline B-B, or B-T with a signature timestamp (ETSI EN 319 122-1 §6):
/// signing-certificate-v2, DER, one signer. Safe for many signatures at once.
/// </summary>
public sealed class CmsSigner(TimestampClient timestamps, TimeProvider time)
{
    /// <summary>Signs content that stays outside the signature.</summary>
    /// <param name="contentDigest">Digest of the content with the identity's hash.</param>
    /// <param name="timestampServers">RFC 3161 servers in order; empty for a signature without timestamp.</param>
    /// <exception cref="StatementDelayedException">No timestamp server answers, or the identity has expired since it was loaded.</exception>
    public Task<CmsSignature> SignDetachedAsync(
        ReadOnlyMemory<byte> contentDigest,
        SigningIdentity identity,
        CmsProfile profile,
        IReadOnlyList<Uri> timestampServers,
        CancellationToken cancellationToken) =>
        SignAsync(content: null, contentDigest, identity, profile, timestampServers, cancellationToken);

    /// <summary>Signs content and carries it inside (S/MIME <c>signed-data</c>).</summary>
    /// <inheritdoc cref="SignDetachedAsync"/>
    public Task<CmsSignature> SignOpaqueAsync(
        ReadOnlyMemory<byte> content,
        SigningIdentity identity,
        CmsProfile profile,
        IReadOnlyList<Uri> timestampServers,
        CancellationToken cancellationToken) =>
        SignAsync(
            content, CryptographicOperations.HashData(identity.Hash, content.Span), identity, profile, timestampServers, cancellationToken);

    /// <summary>
    /// Room in bytes for a detached signature: exact for everything but the timestamp, whose size is what these servers
    /// sent before, with a margin. A token may still be larger; then sign again with the room that its size asks for.
    /// </summary>
    public int MaxDetachedBytes(SigningIdentity identity, CmsProfile profile, IReadOnlyList<Uri> timestampServers)
    {
        var signer = SignerParts.Of(identity);
        var timestampBytes = timestampServers.Count > 0 ? timestamps.ReservedBytes(timestampServers) : 0;
        return signer.BytesOf(profile, timestampBytes, () =>
        {
            var attributes = SignedAttributes.Encode(new byte[HashAlgorithms.Length(identity.Hash)], signer, profile, time.GetUtcNow());
            ReadOnlyMemory<byte>? placeholder = timestampBytes > 0 ? PlaceholderToken(timestampBytes) : null;
            return SignedDataWriter.Encode(signer, content: null, attributes, new byte[identity.Key.MaxSignatureBytes], placeholder).Length;
        });
    }

    private async Task<CmsSignature> SignAsync(
        ReadOnlyMemory<byte>? content,
        ReadOnlyMemory<byte> contentDigest,
        SigningIdentity identity,
        CmsProfile profile,
        IReadOnlyList<Uri> timestampServers,
        CancellationToken cancellationToken)
    {
        if (contentDigest.Length != HashAlgorithms.Length(identity.Hash))
            throw new ArgumentException($"The digest has {contentDigest.Length} bytes, which is not {identity.Hash.Name}.", nameof(contentDigest));

        var signer = SignerParts.Of(identity);
        var now = time.GetUtcNow();
        // The start refuses such an identity; a process outlives its certificate.
        if (now >= signer.Expires)
            throw new StatementDelayedException($"The signing certificate, or one above it, expired at {signer.Expires.UtcDateTime:u} ({signer.Expiring.Subject}): renew the signing identity and start again.");

        var attributes = SignedAttributes.Encode(contentDigest, signer, profile, now);
        var signature = await identity.Key.SignDigestAsync(
            CryptographicOperations.HashData(identity.Hash, attributes), identity.Hash, cancellationToken);
        var timestamp = timestampServers.Count > 0
            ? await timestamps.StampAsync(
                CryptographicOperations.HashData(identity.Hash, signature), identity.Hash, timestampServers, cancellationToken)
            : null;

        return new(SignedDataWriter.Encode(signer, content, attributes, signature, timestamp?.Der), timestamp);
    }

    // An OCTET STRING of the token's size: the writer wants a whole value, its content does not matter to the length.
    private static ReadOnlyMemory<byte>? PlaceholderToken(int bytes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(new byte[bytes]);
        return writer.Encode();
    }
}
