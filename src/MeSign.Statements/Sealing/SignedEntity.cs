using System.Security.Cryptography;
using System.Text;

namespace MeSign.Statements.Sealing;

/// <summary>A payload with its signature as a MIME entity (RFC 8551 §3.5), which knows its size before it is written where it will lie.</summary>
internal sealed class SignedEntity
{
    private const string OpaqueHeader =
        "Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\tname=smime.p7m\r\n" +
        "Content-Transfer-Encoding: base64\r\n" +
        "Content-Disposition: attachment; filename=smime.p7m\r\n\r\n";

    private readonly MimePayload _payload;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly DerShell? _opaque;

    private SignedEntity(MimePayload payload, string head, byte[] tail, DerShell? opaque)
    {
        _payload = payload;
        _head = Encoding.ASCII.GetBytes(head);
        _tail = tail;
        _opaque = opaque;
        Length = _head.Length + (opaque is null ? payload.Length : Base64Lines.EncodedLength(opaque.Length)) + tail.Length;
    }

    /// <summary>Bytes of the entity, its header fields included.</summary>
    public long Length { get; }

    /// <param name="signature">Detached SignedData in DER.</param>
    public static SignedEntity Build(MimePayload payload, ReadOnlyMemory<byte> signature, SignatureForm form, HashAlgorithmName hash) =>
        form == SignatureForm.Opaque ? Opaque(payload, signature) : Clear(payload, signature, hash);

    /// <param name="target">Exactly <see cref="Length"/> bytes.</param>
    public void WriteTo(Span<byte> target)
    {
        _head.CopyTo(target);
        _tail.CopyTo(target[^_tail.Length..]);
        if (_opaque is null)
        {
            _payload.CopyTo(target[_head.Length..]);
            return;
        }

        // The DER goes to the end of the room that its Base64 will take, and is encoded towards the front.
        var start = target.Length - (int)_opaque.Length;
        _opaque.Before.CopyTo(target[start..]);
        _payload.CopyTo(target[(start + _opaque.Before.Length)..]);
        _opaque.After.CopyTo(target[^_opaque.After.Length..]);
        Base64Lines.EncodeInPlace(target, start, _head.Length);
    }

    private static SignedEntity Opaque(MimePayload payload, ReadOnlyMemory<byte> signature) =>
        new(payload, OpaqueHeader, [], OpaqueSignature.Around(signature, payload.Length));

    private static SignedEntity Clear(MimePayload payload, ReadOnlyMemory<byte> signature, HashAlgorithmName hash)
    {
        var boundary = MimePayload.Boundary();
        var before = Encoding.ASCII.GetBytes(
            $"\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n" +
            "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\r\n");
        var after = Encoding.ASCII.GetBytes($"--{boundary}--\r\n");
        var tail = new byte[before.Length + Base64Lines.EncodedLength(signature.Length) + after.Length];
        before.CopyTo(tail, 0);
        Base64Lines.Encode(signature.Span, tail.AsSpan(before.Length));
        after.CopyTo(tail, tail.Length - after.Length);

        return new(
            payload,
            $"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\tmicalg={MicAlgorithm(hash)};\r\n\tboundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n",
            tail,
            opaque: null);
    }

    // RFC 8551 §3.5.3.2.
    private static string MicAlgorithm(HashAlgorithmName hash) =>
        hash == HashAlgorithmName.SHA512 ? "sha-512" : hash == HashAlgorithmName.SHA384 ? "sha-384" : "sha-256";
}
